import FFT from 'fft.js';
import { createMelFrontEnd, type MelConfig, melFilters } from '../mel.ts';
import { checkLength, POWER_FLOOR } from './metric.ts';

export interface DistanceWithGradient {
  readonly distance: number;
  /** Of the distance by each sample of the candidate. */
  readonly gradient: Float64Array;
}

/**
 * The distance `log-mel-l1` with its gradient: mean |log10 max(mel(ŷ), 1e-5) − log10 max(mel(y), 1e-5)| by the samples of ŷ, 0 from bands below the
 * floor or equal. The adjoint is written out, one inverse Fourier transform a frame: in the tensor program, whose convolutions have stride 1, the transform
 * of every hop-th frame would take a thousand times as many multiplications as the network.
 *
 * @param target mono, at config.sample_rate
 * @returns what takes candidates of the target's length; not re-entrant
 * @throws InputError if the target is too short to be analysed or a setting out of range; the function, if a candidate's length differs
 */
export function prepareLogMelL1Gradient(
  target: Float32Array,
  config: MelConfig,
): (candidate: Float32Array) => DistanceWithGradient {
  const { n_fft: nFft, win_length: winLength, hop_length: hop } = config;
  const { data: wanted, frames } = createMelFrontEnd(config).logMel(target, { floor: POWER_FLOOR });
  const filters = melFilters(config);
  const fft = new FFT(nFft);
  const half = nFft / 2;
  const window = Float64Array.from({ length: winLength }, (_, i) => Math.sin((Math.PI * i) / winLength) ** 2);
  const windowStart = Math.floor((nFft - winLength) / 2);
  const windowed = new Float64Array(nFft);
  const spectrum = new Float64Array(2 * nFft);
  const upstream = new Float64Array(2 * nFft);
  const byPower = new Float64Array(half + 1);
  const last = target.length - 1;
  const reflected = (at: number) => (Math.abs(at) > last ? 2 * last - Math.abs(at) : Math.abs(at));

  /** Leaves the derivative by each bin's power in `byPower`. */
  function measure(frame: number): number {
    let sum = 0;
    byPower.fill(0);
    filters.forEach(({ firstBin, weights }, mel) => {
      let power = 0;
      for (let i = 0; i < weights.length; i++) {
        const bin = firstBin + i;
        power += weights[i]! * (spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2);
      }
      // As the front end rounds it.
      const difference =
        Math.fround(Math.log10(Math.max(Math.fround(power), POWER_FLOOR))) - wanted[mel * frames + frame]!;
      sum += Math.abs(difference);
      if (power <= POWER_FLOOR) return;
      const slope = Math.sign(difference) / (Math.LN10 * power * wanted.length);
      for (let i = 0; i < weights.length; i++) byPower[firstBin + i]! += slope * weights[i]!;
    });
    return sum / wanted.length;
  }

  return (candidate) => {
    checkLength(target, candidate);
    const gradient = new Float64Array(candidate.length);
    let distance = 0;
    for (let frame = 0; frame < frames; frame++) {
      const start = frame * hop - half + windowStart;
      for (let i = 0; i < winLength; i++) windowed[windowStart + i] = window[i]! * candidate[reflected(start + i)]!;
      fft.realTransform(spectrum, windowed);
      distance += measure(frame);
      // |X|² of a real frame x by x_i is 2 Re(X · conj of its derivative): the real part of an inverse transform without its 1/n.
      upstream.fill(0);
      for (let bin = 0; bin <= half; bin++) {
        upstream[2 * bin] = 2 * nFft * byPower[bin]! * spectrum[2 * bin]!;
        upstream[2 * bin + 1] = 2 * nFft * byPower[bin]! * spectrum[2 * bin + 1]!;
      }
      fft.inverseTransform(spectrum, upstream);
      for (let i = 0; i < winLength; i++) {
        gradient[reflected(start + i)]! += window[i]! * spectrum[2 * (windowStart + i)]!;
      }
    }
    return { distance, gradient };
  };
}
