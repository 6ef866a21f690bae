import { HTK, type MelFilter, triangles } from './mel-filters.ts';
import { createStft } from './stft.ts';

/** How some project makes its mels, before any logarithm. */
export interface FrontEnd {
  /** In Hz. */
  readonly sampleRate: number;
  readonly nMels: number;
  readonly nFft: number;
  readonly winLength: number;
  readonly hopLength: number;
  /** Where frame 0 is centred: on the first sample, or half a hop later, as in HiFi-GAN. */
  readonly centre: 'sample' | 'half-hop';
  /** In Hz. */
  readonly fMin: number;
  /** In Hz. */
  readonly fMax: number;
  /** HTK's formula, or that of Slaney's Auditory Toolbox, librosa's default. */
  readonly scale: 'htk' | 'slaney';
  /** Whether the weights of each band have an area of 1, over Hz (librosa's norm='slaney'), or a height of 1. */
  readonly areaNormalised: boolean;
  /** Whether bands sum |X| or |X|². */
  readonly sums: 'magnitude' | 'power';
}

/** Some frames' |X| and |X|², each of nFft / 2 + 1 bins. */
type Spectra = Readonly<Record<FrontEnd['sums'], readonly Float64Array[]>>;

/** The spectra of the wanted frames of a signal; a frame that reaches past the signal sees it reflected. */
export function spectra(samples: Float32Array, frontEnd: FrontEnd, frames: readonly number[]): Spectra {
  const { nFft, hopLength, winLength, centre } = frontEnd;
  const stft = createStft({ nFft, hopLength, winLength });
  const shifted = centre === 'sample' ? samples : samples.subarray(Math.floor(hopLength / 2));
  const power = frames.map((frame) => {
    const bins = new Float64Array(stft.nBins);
    stft.powerSpectrum(shifted, frame, bins);
    return bins;
  });
  return { power, magnitude: power.map((bins) => bins.map(Math.sqrt)) };
}

/** log10 of the bands of each frame, [nMels, frames]; -Infinity where a band is silent. */
export function logBands(shared: Spectra, frontEnd: FrontEnd): Float64Array {
  const frames = shared[frontEnd.sums];
  const out = new Float64Array(frontEnd.nMels * frames.length);
  melFilters(frontEnd).forEach(({ firstBin, weights }, mel) => {
    frames.forEach((bins, frame) => {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * bins[firstBin + i]!;
      out[mel * frames.length + frame] = Math.log10(sum);
    });
  });
  return out;
}

/** Triangles between edges that are equally far apart on the scale. */
function melFilters({ sampleRate, nFft, nMels, fMin, fMax, scale, areaNormalised }: FrontEnd): MelFilter[] {
  const { toMel, toHertz } = SCALES[scale];
  const [lowest, highest] = [toMel(fMin), toMel(fMax)];
  const edges = Array.from({ length: nMels + 2 }, (_, i) => toHertz(lowest + (i * (highest - lowest)) / (nMels + 1)));
  return triangles(edges, sampleRate / nFft, nFft / 2, areaNormalised);
}

/** Slaney's scale is linear up to 1000 Hz, and logarithmic above. */
const SLANEY_HERTZ = 200 / 3;
const SLANEY_LOG_FROM = 1000;
const SLANEY_LOG_STEP = Math.log(6.4) / 27;

const SCALES = {
  htk: HTK,
  slaney: {
    toMel: (hertz: number) =>
      hertz < SLANEY_LOG_FROM
        ? hertz / SLANEY_HERTZ
        : SLANEY_LOG_FROM / SLANEY_HERTZ + Math.log(hertz / SLANEY_LOG_FROM) / SLANEY_LOG_STEP,
    toHertz: (mel: number) => {
      const above = mel - SLANEY_LOG_FROM / SLANEY_HERTZ;
      return above < 0 ? mel * SLANEY_HERTZ : SLANEY_LOG_FROM * Math.exp(above * SLANEY_LOG_STEP);
    },
  },
} as const;

/** The front ends that differ from this one in the bands alone, by the settings that projects use; itself is the first. */
export function withOtherBands(frontEnd: FrontEnd): [FrontEnd, ...FrontEnd[]] {
  const half = frontEnd.sampleRate / 2;
  const lows = [frontEnd.fMin, 0, 20, 30, 40, 50, 55, 60, 80, 90, 95, 125];
  const highs = [frontEnd.fMax, half, 7600, 8000, 11025, 12000].filter((hertz) => hertz <= half);
  const all: [FrontEnd, ...FrontEnd[]] = [frontEnd];
  for (const fMin of new Set(lows)) {
    for (const fMax of new Set(highs)) {
      for (const scale of ['htk', 'slaney'] as const) {
        for (const areaNormalised of [false, true]) {
          for (const sums of ['power', 'magnitude'] as const) {
            if (fMin < fMax) all.push({ ...frontEnd, fMin, fMax, scale, areaNormalised, sums });
          }
        }
      }
    }
  }
  return all;
}

/** Of those that are tried beside the model's own, in samples. */
export const LARGEST_FFT = 2048;

/** The front ends that differ from this one in the frames alone, by the settings that projects use; itself is among them. */
export function withOtherFrames(frontEnd: FrontEnd): FrontEnd[] {
  const sizes = [
    [frontEnd.nFft, frontEnd.winLength],
    [512, 512],
    [1024, 1024],
    [2048, 2048],
    [1024, 800],
    [2048, 800],
    [2048, 1100],
    [2048, 1200],
  ] as const;
  return sizes.flatMap(([nFft, winLength]) =>
    (['sample', 'half-hop'] as const).map((centre) => ({ ...frontEnd, nFft, winLength, centre })),
  );
}
