import { describe, expect, test } from 'vitest';
import { fillNormal } from '../../../src/random/noise.ts';
import { SPEECH_RMS, underClamp } from '../../../src/schedule/analysis/clamp.ts';
import { linear } from '../../../src/schedule/generators/linear.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';

const SAMPLES = 400_000;

function noise(clip: number): Float32Array {
  return fillNormal(new Float32Array(SAMPLES), { seed: 1, purpose: 'inference', clip, replicate: 0, k: 0 });
}

const signal = noise(0);
const other = noise(1);

/** The same by drawing: what of the clamped state is cut, how much of the signal it holds, and what else there is. */
function drawn(level: number, rms: number): { cut: number; gain: number; sigmaThere: number } {
  let cut = 0;
  let withSignal = 0;
  let power = 0;
  let signalPower = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const x = rms * signal[i]!;
    const y = level * x + Math.sqrt(1 - level * level) * other[i]!;
    const clamped = Math.max(-1, Math.min(1, y));
    if (clamped !== y) cut++;
    withSignal += clamped * x;
    signalPower += x * x;
    power += clamped * clamped;
  }
  const scale = withSignal / signalPower;
  const rest = power / SAMPLES - (scale * scale * signalPower) / SAMPLES;
  return { cut: cut / SAMPLES, gain: scale / level, sigmaThere: Math.sqrt(rest) / scale };
}

describe('underClamp', () => {
  test.each([
    [0.99, 0.4],
    [0.8, 0.4],
    [0.5, 0.4],
    [0.2, 0.7],
    [0.7, 1.5],
  ])('level %d with a signal of %d rms is what seeded noise gives', (level, rms) => {
    const [at] = underClamp(NoiseSchedule.fromLevels([level, level / 2]), 'state', rms);
    const expected = drawn(level, rms);
    // Each estimate's standard error: of a share, and of a regression on the signal.
    const shareError = Math.sqrt((expected.cut * (1 - expected.cut)) / SAMPLES);
    const slopeError = expected.sigmaThere / (rms * Math.sqrt(SAMPLES));
    expect(Math.abs(at!.cut - expected.cut)).toBeLessThan(5 * shareError + 1e-5);
    expect(Math.abs(at!.gain / expected.gain - 1)).toBeLessThan(5 * slopeError);
    expect(Math.abs(at!.sigmaThere / expected.sigmaThere - 1)).toBeLessThan(5 * (slopeError + Math.SQRT1_2 / 632));
    expect(at).toMatchObject({ n: 1, level: expect.closeTo(level, 12) });
  });

  test('pure noise of variance 1 loses 31.73 % of its samples and is scaled by 0.6827', () => {
    // The normal distribution's share within one standard deviation: 0.682689492 (any table of it).
    const last = underClamp(NoiseSchedule.fromLevels([1e-4, 1e-5]), 'state')[0]!;
    expect(last.cut).toBeCloseTo(1 - 0.682689492, 6);
    expect(last.gain).toBeCloseTo(0.682689492, 6);
  });

  test('where nothing is cut, σ is what it was, to the last digits', () => {
    for (const { n, sigma, sigmaThere, cut } of underClamp(linear(1e-8, 1e-6, 20), 'state')) {
      expect(cut).toBeLessThan(1e-40);
      expect([n, sigmaThere / sigma]).toEqual([n, expect.closeTo(1, 12)]);
    }
  });

  test('the start of sampling is not clamped', () => {
    const schedule = linear(1e-6, 1e-2, 1000);
    const levels = underClamp(schedule, 'state');
    expect(levels).toHaveLength(1000);
    expect(levels.at(-1)).toMatchObject({ n: 1000, cut: 0, gain: 1, sigmaThere: schedule.sigmas.at(-1) });
    expect(levels.at(-2)!.cut).toBeGreaterThan(0.3);
  });

  test.each(['x0', 'none'] as const)('%s keeps every level', (clamp) => {
    const schedule = linear(1e-6, 1e-2, 1000);
    const levels = underClamp(schedule, clamp);
    expect(levels.map(({ sigmaThere }) => sigmaThere)).toEqual(schedule.sigmas);
    expect(levels.every(({ cut, gain }) => cut === 0 && gain === 1)).toBe(true);
  });

  test('speech is at −23 dB unless told otherwise', () => {
    const schedule = NoiseSchedule.fromLevels([0.6, 0.3]);
    expect(20 * Math.log10(SPEECH_RMS)).toBeCloseTo(-23, 12);
    expect(underClamp(schedule, 'state')).toEqual(underClamp(schedule, 'state', 10 ** -1.15));
  });
});
