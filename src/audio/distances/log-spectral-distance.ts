import { createStft } from '../stft.ts';
import { checkLength, type Metric, POWER_FLOOR } from './metric.ts';

/**
 * Gray & Markel 1976, "Distance measures for speech processing": the root mean square over frequency of the difference
 * in dB, then the mean over frames.
 */
export const logSpectralDistance: Metric = {
  name: 'log-spectral-distance',
  unit: 'dB',
  describe: `Root mean square difference of the power spectra in dB, averaged over frames (Gray & Markel 1976), each floored at ${POWER_FLOOR}.`,
  prepare(target, config) {
    const stft = createStft({ nFft: config.n_fft, hopLength: config.hop_length, winLength: config.win_length });
    const { nBins } = stft;
    const power = new Float64Array(nBins);
    const frames = stft.frameCount(target.length);
    const wanted = new Float64Array(frames * nBins);
    for (let frame = 0; frame < frames; frame++) {
      stft.powerSpectrum(target, frame, power);
      for (let bin = 0; bin < nBins; bin++) wanted[frame * nBins + bin] = decibels(power[bin]!);
    }
    return (candidate) => {
      checkLength(target, candidate);
      let sum = 0;
      for (let frame = 0; frame < frames; frame++) {
        stft.powerSpectrum(candidate, frame, power);
        let squares = 0;
        for (let bin = 0; bin < nBins; bin++) squares += (decibels(power[bin]!) - wanted[frame * nBins + bin]!) ** 2;
        sum += Math.sqrt(squares / nBins);
      }
      return sum / frames;
    };
  },
};

function decibels(power: number): number {
  return 10 * Math.log10(Math.max(power, POWER_FLOOR));
}
