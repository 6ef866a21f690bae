import { createStft, type Stft } from '../stft.ts';
import { checkLength, type Distance, type Metric } from './metric.ts';

/** Table 1 of Yamamoto, Song & Kim 2020 (Parallel WaveGAN, arXiv 1910.11480), in samples. */
const RESOLUTIONS = [
  { nFft: 1024, hopLength: 120, winLength: 600 },
  { nFft: 2048, hopLength: 240, winLength: 1200 },
  { nFft: 512, hopLength: 50, winLength: 240 },
];

/** The clamp of |X|² in the implementation that goes with the paper, kan-bayashi/ParallelWaveGAN. */
const LEAST_POWER = 1e-7;

export const multiResolutionStft: Metric = {
  name: 'multi-resolution-stft',
  unit: '',
  describe:
    'Spectral convergence plus mean absolute difference of natural log magnitude, averaged over three resolutions (Yamamoto et al. 2020).',
  prepare(target) {
    const distances = RESOLUTIONS.map((resolution) => prepareResolution(target, createStft(resolution)));
    return (candidate) => {
      checkLength(target, candidate);
      return distances.reduce((sum, distance) => sum + distance(candidate), 0) / distances.length;
    };
  },
};

/** ‖Y − X‖ / ‖Y‖ in Frobenius' norm plus mean |ln Y − ln X|, for the magnitudes Y of the target and X of the candidate. */
function prepareResolution(target: Float32Array, stft: Stft): Distance {
  const { nBins } = stft;
  const power = new Float64Array(nBins);
  const frames = stft.frameCount(target.length);
  const wanted = new Float64Array(frames * nBins);
  let wantedEnergy = 0;
  for (let frame = 0; frame < frames; frame++) {
    stft.powerSpectrum(target, frame, power);
    for (let bin = 0; bin < nBins; bin++) {
      const clamped = Math.max(power[bin]!, LEAST_POWER);
      wanted[frame * nBins + bin] = clamped;
      wantedEnergy += clamped;
    }
  }
  return (candidate) => {
    let difference = 0;
    let logDifference = 0;
    for (let frame = 0; frame < frames; frame++) {
      stft.powerSpectrum(candidate, frame, power);
      for (let bin = 0; bin < nBins; bin++) {
        const got = Math.max(power[bin]!, LEAST_POWER);
        const want = wanted[frame * nBins + bin]!;
        difference += (Math.sqrt(want) - Math.sqrt(got)) ** 2;
        logDifference += Math.abs(Math.log(want / got)) / 2;
      }
    }
    return Math.sqrt(difference / wantedEnergy) + logDifference / wanted.length;
  };
}
