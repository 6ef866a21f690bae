import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { loadModel, type Model } from '../../src/model/model.ts';
import { loadPullback, type PullBackNoise, slopeByLevel } from '../../src/model/pullback.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { defaultConfig, golden, tinyCheckpoint } from './tiny.ts';

const BATCH = 2;
const signal = golden('forward/y');
const mels = golden('forward/mels');
const cotangent = randomTensor([signal.length], 1).data;
// So low that phases, of up to 2 rad, take small steps without rounding.
const noiseLevels = Float32Array.of(2 ** -12, 3 * 2 ** -13);
const asked = { signal, mels, noiseLevels, batch: BATCH };
const exactly = { ...asked, cotangent, levelSpread: 0 };

let model: Model;
let pullback: Awaited<ReturnType<typeof loadPullback>>;
let pulled: Awaited<ReturnType<PullBackNoise>>;

beforeAll(async () => {
  [model, pullback] = await Promise.all([loadModel(tinyCheckpoint), loadPullback(tinyCheckpoint)]);
  pulled = await pullback.pullBackNoise(exactly);
});

afterAll(() => Promise.all([model.dispose(), pullback.dispose()]));

/** Σ a · b of each row. */
function rowProducts(a: Float32Array, b: Float32Array): number[] {
  const length = a.length / BATCH;
  return Array.from({ length: BATCH }, (_, row) =>
    a.subarray(row * length, (row + 1) * length).reduce((sum, value, t) => sum + value * b[row * length + t]!, 0),
  );
}

/** The central difference of Σ cotangent · ε̂, row by row. */
async function slopes(up: Partial<typeof asked>, down: Partial<typeof asked>, step: number): Promise<number[]> {
  const [above, below] = await Promise.all([up, down].map((change) => model.predictNoise({ ...asked, ...change })));
  const difference = above!.map((value, t) => value - below![t]!);
  return rowProducts(difference, cotangent).map((sum) => sum / (2 * step));
}

async function slopesAlong(direction: Float32Array): Promise<number[]> {
  const step = 2 ** -12;
  const moved = (by: number) => ({ signal: signal.map((value, t) => value + by * direction[t]!) });
  return slopes(moved(step), moved(-step), step);
}

describe('the gradient by the signal', () => {
  // Differences of float32 sums over 3,600 samples, and kinks of leaky ReLUs: measured 3e-3 along these, whose slopes are a hundredth of the steepest.
  test.each([2, 3, 4])('is the central difference along random direction %i', async (seed) => {
    const direction = randomTensor([signal.length], seed).data;
    const [got, expected] = [rowProducts(pulled.bySignal, direction), await slopesAlong(direction)];
    for (const row of [0, 1]) expect(Math.abs(got[row]! - expected[row]!)).toBeLessThan(1);
  });

  // Measured 5e-4.
  test.each([5, 6, 7])('is the central difference along steep random direction %i', async (seed) => {
    const weights = randomTensor([signal.length], seed).data.map(Math.abs);
    const scale = Math.sqrt(signal.length) / Math.hypot(...pulled.bySignal);
    const direction = pulled.bySignal.map((value, t) => scale * weights[t]! * value);
    const [got, expected] = [rowProducts(pulled.bySignal, direction), await slopesAlong(direction)];
    for (const row of [0, 1]) expect(Math.abs(expected[row]! / got[row]! - 1)).toBeLessThan(2e-3);
  });
});

describe('the gradient by the noise level', () => {
  // Measured 1.1e-3, which is what kinks and rounding leave.
  test('is the central difference of each row', async () => {
    const step = 2 ** -22;
    const moved = (by: number) => ({ noiseLevels: noiseLevels.map((level) => level + by) });
    const expected = await slopes(moved(step), moved(-step), step);
    for (const row of [0, 1]) expect(Math.abs(expected[row]! / pulled.byNoiseLevels[row]! - 1)).toBeLessThan(5e-3);
  });

  test('hardly changes by a spread of 1e-6, and loses most by one of 0.1, at a level at which phases reach 2,500 rad', async () => {
    const levels = Float32Array.of(0.5, 0.25);
    const at = async (levelSpread: number) =>
      (await pullback.pullBackNoise({ ...exactly, noiseLevels: levels, levelSpread })).byNoiseLevels;
    const exact = await at(0);
    expect(relativeDistance(await at(1e-6), exact)).toBeLessThan(1e-4);
    expect(Math.hypot(...(await at(0.1)))).toBeLessThan(0.1 * Math.hypot(...exact));
  });
});

describe('slopeByLevel', () => {
  const level = 0.7;
  const half = 16;
  const sines = randomTensor([half], 8).data;
  const cosines = randomTensor([half], 9).data;
  const rate = (j: number) => 5000 * 1e-4 ** (j / half);
  /** Of Σ a_j sin φ_j + b_j cos φ_j, by φ_j. */
  const byPhases = (at: number) =>
    sines.map((a, j) => a * Math.cos(rate(j) * at) - cosines[j]! * Math.sin(rate(j) * at));

  test.each([0, 1e-4, 1e-3, 0.03, 0.1])('is the mean slope over normal levels, with a spread of %f', (levelSpread) => {
    const points = Array.from({ length: 4001 }, (_, i) => 8 * (i / 2000 - 1));
    const weights = points.map((z) => Math.exp((-z * z) / 2));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const deviation = levelSpread * level * (1 - level ** 2);
    const mean = points.reduce((sum, z, i) => {
      const slope = byPhases(level + z * deviation).reduce((s, byPhase, j) => s + byPhase * rate(j), 0);
      return sum + (weights[i]! / total) * slope;
    }, 0);
    // Phases' gradients are float32, and slopes of the fastest sines 5,000.
    expect(Math.abs(slopeByLevel(byPhases(level), level, levelSpread) - mean)).toBeLessThan(2e-3);
  });
});

test('rows do not depend on each other', async () => {
  const [length, melLength] = [signal.length / BATCH, mels.length / BATCH];
  for (const row of [0, 1]) {
    const alone = await pullback.pullBackNoise({
      signal: signal.subarray(row * length, (row + 1) * length),
      mels: mels.subarray(row * melLength, (row + 1) * melLength),
      noiseLevels: noiseLevels.subarray(row, row + 1),
      batch: 1,
      cotangent: cotangent.subarray(row * length, (row + 1) * length),
      levelSpread: 0,
    });
    const together = pulled.bySignal.subarray(row * length, (row + 1) * length);
    expect(relativeDistance(alone.bySignal, together)).toBeLessThan(1e-4);
    expect(alone.byNoiseLevels[0]! / pulled.byNoiseLevels[row]!).toBeCloseTo(1, 3);
  }
});

test('it is linear in the cotangent', async () => {
  const { bySignal, byNoiseLevels } = await pullback.pullBackNoise({
    ...exactly,
    cotangent: cotangent.map((value) => -4 * value),
  });
  const expected = pulled.bySignal.map((value) => -4 * value);
  expect(relativeDistance(bySignal, expected)).toBeLessThan(1e-5);
  expect(byNoiseLevels[0]! / pulled.byNoiseLevels[0]!).toBeCloseTo(-4, 3);
});

test('a checkpoint that does not fit its config is refused as loadModel refuses it', async () => {
  await expect(loadPullback(tinyCheckpoint, defaultConfig)).rejects.toThrow(InputError);
});
