import { createMelFrontEnd, type LogMel } from '../mel.ts';
import { checkLength, type Metric, POWER_FLOOR } from './metric.ts';

/** Coefficients 1 to 24; the 0th is loudness. */
const ORDER = 24;

/**
 * Kubichek 1993, "Mel-cepstral distance measure for objective speech quality assessment": per frame
 * 10 / ln 10 · sqrt(2 Σ (c_k − ĉ_k)²), then the mean over frames, which are compared one to one, without alignment.
 *
 * c_k = (1/M) Σ_m ln P_m cos(π k (m + 1/2) / M) of the M mel powers P_m. With that scale the distortion is, by Parseval,
 * the root mean square over mel bands of the dB difference between the smoothed spectra.
 */
export const melCepstralDistortion: Metric = {
  name: 'mel-cepstral-distortion',
  unit: 'dB',
  describe: `Distance of mel cepstra, coefficients 1 to ${ORDER}, averaged over frames without alignment (Kubichek 1993), each mel floored at ${POWER_FLOOR}.`,
  prepare(target, config) {
    const frontEnd = createMelFrontEnd(config);
    const cosines = cosineTable(Math.min(ORDER, config.n_mels - 1), config.n_mels);
    const wanted = frontEnd.logMel(target, { floor: POWER_FLOOR });
    return (candidate) => {
      checkLength(target, candidate);
      return distortion(wanted, frontEnd.logMel(candidate, { floor: POWER_FLOOR }), cosines);
    };
  },
};

/** The cepstrum is linear in the log spectrum, so that of the difference is enough. */
function distortion(wanted: LogMel, got: LogMel, cosines: Float64Array[]): number {
  const { nMels, frames } = wanted;
  let sum = 0;
  for (let frame = 0; frame < frames; frame++) {
    let squares = 0;
    for (const row of cosines) {
      let coefficient = 0;
      for (let mel = 0; mel < nMels; mel++) {
        coefficient += row[mel]! * (got.data[mel * frames + frame]! - wanted.data[mel * frames + frame]!);
      }
      squares += (coefficient / nMels) ** 2;
    }
    // The mels are log10, and 10 / ln 10 of a natural logarithm is 10 of a decimal one.
    sum += 10 * Math.sqrt(2 * squares);
  }
  return sum / frames;
}

function cosineTable(order: number, nMels: number): Float64Array[] {
  return Array.from({ length: order }, (_, row) =>
    Float64Array.from({ length: nMels }, (_, mel) => Math.cos((Math.PI * (row + 1) * (mel + 0.5)) / nMels)),
  );
}
