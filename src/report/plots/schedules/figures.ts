import { sigmaOfLevel, type TrainedRange } from '../../../schedule/diagnostics.ts';
import type { Plot } from '../plot.ts';
import { type DrawnSchedule, type StepFigure, stepPlot } from './step-plot.ts';

const TRAINED = 'Dashed: the ends of the trained range.';

/** The figures of schedules side by side: betas, levels, σ, signal to noise ratio, step sizes and the noise that steps add. */
export function schedulePlots(schedules: readonly DrawnSchedule[], trained: TrainedRange): Plot[] {
  return figures(trained).map((figure) => stepPlot(figure, schedules));
}

function figures({ firstLevel, terminalLevel }: TrainedRange): StepFigure[] {
  const sigmas = [firstLevel, terminalLevel].map(sigmaOfLevel);
  return [
    {
      id: 'betas',
      title: 'Betas',
      reading:
        'βₙ, the share of noise power that step n of the forward process mixes in. Sampling goes from right to left.',
      axis: 'β',
      logarithmic: true,
      of: ({ beta }) => beta,
      trained: [],
    },
    {
      id: 'levels',
      title: 'Levels',
      reading:
        'ℓₙ, the scale of the signal that is left at step n, which the network is told. Dashed: the noisiest that was trained.',
      axis: 'level',
      logarithmic: false,
      of: ({ level }) => level,
      trained: [terminalLevel],
    },
    {
      id: 'sigmas',
      title: 'σ',
      reading: `σₙ, the noise beside a signal of unit scale: on this axis equal steps are equal ratios of noise. ${TRAINED}`,
      axis: 'σ',
      logarithmic: true,
      of: ({ sigma }) => sigma,
      ofSigma: (sigma) => sigma,
      trained: sigmas,
    },
    {
      id: 'snr',
      title: 'Signal to noise ratio',
      reading: `Of a signal of unit power, −20 log10 σₙ; speech at −23 dB of full scale lies 23 dB lower. ${TRAINED}`,
      axis: 'SNR, dB',
      logarithmic: false,
      of: ({ snrDb }) => snrDb,
      ofSigma: (sigma) => -20 * Math.log10(sigma),
      trained: sigmas.map((sigma) => -20 * Math.log10(sigma)),
    },
    {
      id: 'gaps',
      title: 'Step sizes',
      reading:
        'ln σₙ − ln σₙ₋₁, how much noise the reverse step from n takes away; step 1 takes all that is left and has no finite size.',
      axis: 'Δ ln σ',
      logarithmic: false,
      of: ({ gap }) => gap,
      trained: [],
    },
    {
      id: 'added',
      title: 'Noise that each step adds',
      reading: 'Standard deviation of the fresh noise in the reverse step from n to n − 1; step 1 adds none.',
      axis: 'noise added',
      logarithmic: true,
      of: ({ added }) => added,
      trained: [],
    },
  ];
}
