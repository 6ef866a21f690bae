import { describe, expect, test, vi } from 'vitest';
import { PRECISIONS } from '../../src/diffusion/process.ts';
import { type PredictNoise, type SampleOptions, sample } from '../../src/diffusion/sampler.ts';
import { loadModel } from '../../src/model/model.ts';
import { CLAMPS } from '../../src/schedule/noise-schedule.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { golden, tinyCheckpoint } from '../model/tiny.ts';
import { referenceStates } from './reference-sampler.ts';

const BATCH = 2;
const SAMPLES = 50;
const betas = [1e-3, 0.01, 0.05, 0.2, 0.5];
const noiseOf = (k: number) => randomTensor([BATCH, SAMPLES], k).data;
const mels = Float32Array.of(0.3, -0.7);

/** Some smooth function of everything a network is given, a row at a time. */
const fakeNetwork: PredictNoise = async ({ signal, mels, noiseLevels, batch }) =>
  signal.map((y, at) => {
    const row = Math.floor(at / (signal.length / batch));
    return Math.sin(3 * y + mels[row]!) * (1 + noiseLevels[row]!);
  });

const problem: SampleOptions = {
  predictNoise: fakeNetwork,
  betas,
  mels,
  batch: BATCH,
  samples: SAMPLES,
  noise: noiseOf,
};

/** Samples and keeps what each step left. */
async function statesOf(options: SampleOptions): Promise<Float32Array[]> {
  const states: Float32Array[] = [];
  await sample({ ...options, onStep: ({ state }) => states.push(state.slice()) });
  return states;
}

test("all six states of the reference's sampler are met in float32", async () => {
  const model = await loadModel(tinyCheckpoint);
  const states = await statesOf({
    predictNoise: model.predictNoise,
    betas: golden('diffusion/betas'),
    mels: golden('sample/mels'),
    batch: 1,
    samples: golden('sample/noise_0').length,
    noise: (k) => golden(`sample/noise_${k}`),
    precision: 'float32',
  });
  await model.dispose();
  expect(states).toHaveLength(6);
  // Measured 1.8e-6.
  states.forEach((state, i) => {
    expect(relativeDistance(state, golden(`sample/y_${5 - i}`))).toBeLessThan(1e-4);
  });
});

describe.each(CLAMPS)('with the clamp %s', (clamp) => {
  // The states are kept in float32, those of the reference in double precision.
  test.each([
    ['float64', 1e-5],
    ['float32', 1e-3],
  ] as const)('every state is that of the algorithm, in %s', async (precision, tolerance) => {
    const expected = await referenceStates({ ...problem, betas, clamp });
    const states = await statesOf({ ...problem, clamp, precision });
    expect(states).toHaveLength(expected.length);
    states.forEach((state, i) => {
      expect(relativeDistance(state, expected[i]!)).toBeLessThan(tolerance);
    });
  });
});

describe('what is held to [−1, 1]', () => {
  const largest = (values: Iterable<number>) => Math.max(...Array.from(values, Math.abs));
  /** A network that sees no noise at all, so that ŷ0 = y_n / ℓ_n. */
  const blind: PredictNoise = async ({ signal }) => new Float32Array(signal.length);

  test('x0: the end, which is the last ŷ0, but not the states before it', async () => {
    const states = await statesOf({ ...problem, predictNoise: blind, clamp: 'x0' });
    expect(largest(states.at(-1)!)).toBe(1);
    expect(largest(states[0]!)).toBeGreaterThan(1);
  });

  test('state: every state', async () => {
    const states = await statesOf({ ...problem, predictNoise: blind, clamp: 'state' });
    for (const state of states) expect(largest(state)).toBe(1);
  });

  test('none: nothing', async () => {
    const states = await statesOf({ ...problem, predictNoise: blind, clamp: 'none' });
    expect(largest(states.at(-1)!)).toBeGreaterThan(1);
  });

  test('x0 where nothing is said', async () => {
    expect(await sample(problem)).toEqual(await sample({ ...problem, clamp: 'x0', precision: 'float64' }));
  });
});

test('noise is asked for k = 0 … N − 1, once each and in order', async () => {
  const noise = vi.fn(noiseOf);
  await sample({ ...problem, noise });
  expect(noise.mock.calls).toEqual([[0], [1], [2], [3], [4]]);
});

test('the noise that was given is not written to', async () => {
  const given = betas.map((_, k) => noiseOf(k));
  await sample({ ...problem, noise: (k) => given[k]! });
  given.forEach((values, k) => {
    expect(values).toEqual(noiseOf(k));
  });
});

test('the network is told the levels from the noisiest on, one a row', async () => {
  const told: number[][] = [];
  await sample({
    ...problem,
    betas: [0.25, 0.5],
    predictNoise: (input) => {
      told.push([...input.noiseLevels]);
      return fakeNetwork(input);
    },
  });
  const levels = [Math.fround(Math.sqrt(0.375)), Math.fround(Math.sqrt(0.75))];
  expect(told).toEqual(levels.map((level) => [level, level]));
});

test('each step is told, and the last state is the result', async () => {
  const told: [number, number][] = [];
  let last: Float32Array | undefined;
  const result = await sample({
    ...problem,
    onStep({ k, of, state }) {
      told.push([k, of]);
      last = state.slice();
    },
  });
  expect(told).toEqual([1, 2, 3, 4, 5].map((k) => [k, 5]));
  expect(result).toEqual(last);
});

test.each([0, 1, 4])('cancelled after %i steps, nothing comes and the network is not asked again', async (steps) => {
  const predictNoise = vi.fn(fakeNetwork);
  const result = await sample({ ...problem, predictNoise, isCancelled: () => predictNoise.mock.calls.length >= steps });
  expect(result).toBeUndefined();
  expect(predictNoise).toHaveBeenCalledTimes(steps);
});

test('cancelled during the last step, the result still comes', async () => {
  let steps = 0;
  const result = await sample({ ...problem, onStep: () => steps++, isCancelled: () => steps === betas.length });
  expect(result).toHaveLength(BATCH * SAMPLES);
});

test("what the network throws is the sampler's", async () => {
  const predictNoise = () => Promise.reject(new Error('out of memory'));
  await expect(sample({ ...problem, predictNoise })).rejects.toThrow('out of memory');
});

test('starting noise of another length is refused with both lengths', async () => {
  await expect(sample({ ...problem, noise: () => new Float32Array(99) })).rejects.toThrow(
    new RangeError('sample: 100 numbers of starting noise were expected, got 99'),
  );
});

test.each(PRECISIONS)('the same noise gives the same samples in %s', async (precision) => {
  expect(await sample({ ...problem, precision })).toEqual(await sample({ ...problem, precision }));
});
