import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METRICS } from '../../src/audio/distances/index.ts';
import type { RowReverse } from '../../src/diffusion/row-reverse.ts';
import type { Resident } from '../../src/engine/engine.ts';
import type { RowNetwork } from '../../src/model/row-network.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import type { Evaluator } from '../../src/search/evaluator.ts';
import { createRowEvaluator } from '../../src/search/row-evaluator.ts';
import { relativeDistance } from '../graph/distance.ts';
import { readJson, tinyConfig } from '../model/tiny.ts';
import { clips, distancesOf, plainEvaluator, rowEvaluator, tasks } from './row-problem.ts';

let device: Awaited<ReturnType<typeof rowEvaluator>>;
let plain: { readonly evaluator: Evaluator; dispose(): Promise<void> };

beforeAll(async () => {
  // Programs whose rows stay where they are run on the CPU as on any device.
  [device, plain] = await Promise.all([rowEvaluator('cpu', 4), plainEvaluator()]);
});
afterAll(() => Promise.all([device.dispose(), plain.dispose()]));

describe('candidates that go through the network together', () => {
  test('have the scores that the CPU gives them one by one', async () => {
    const together = await device.fresh().evaluate(tasks);
    for (const [i, task] of tasks.entries()) {
      // Measured 7e-8: states are rounded to float32, 2^-24, after each of some ten operations a step.
      const expected = distancesOf(await plain.evaluator.evaluate(task));
      expect(relativeDistance(distancesOf(together![i]), expected)).toBeLessThan(1e-6);
    }
  });

  test('have the same bits whatever is beside them', async () => {
    const together = await device.fresh().evaluate(tasks);
    for (const [i, task] of tasks.entries()) {
      const [alone] = (await device.fresh().evaluate([task]))!;
      expect(distancesOf(together![i])).toEqual(distancesOf(alone));
    }
    const backwards = await device.fresh().evaluate(tasks.toReversed());
    expect(backwards!.toReversed().map(distancesOf)).toEqual(together!.map(distancesOf));
  });

  test('ask the network once for what they share, also with those before', async () => {
    const evaluator = device.fresh();
    const nfe = async (some: typeof tasks) => (await evaluator.evaluate(some))!.map((evaluation) => evaluation.nfe);
    // Three steps; two, its noisiest level being known; two; three.
    expect(await nfe(tasks)).toEqual([3, 2, 2, 3]);
    // All but the last of each.
    expect(await nfe(tasks)).toEqual([1, 1, 1, 1]);
  });

  test('have the same bits where a prefix is known', async () => {
    const evaluator = device.fresh();
    const first = await evaluator.evaluate(tasks);
    expect((await evaluator.evaluate(tasks))!.map(distancesOf)).toEqual(first!.map(distancesOf));
  });

  test('may each be of some of the clips', async () => {
    const [all] = (await device.fresh().evaluate(tasks.slice(0, 1)))!;
    const some = await device.fresh().evaluate([
      { ...tasks[0]!, clips: [1, 3] },
      { ...tasks[0]!, set: 'heldout' },
    ]);
    expect(distancesOf(some![0])).toEqual(distancesOf(all).slice(1));
    expect(some![0]!.nfe).toBe(2);
    expect(distancesOf(some![1])).toHaveLength(1);
  });
});

test('what is generated can be had too, and is what was measured', async () => {
  const { data_config: melConfig } = readJson(tinyConfig) as RowNetwork['config'];
  const audible = { ...tasks[0]!, audible: true };
  const [row] = (await device.fresh().evaluate([audible]))!;
  const one = await plain.evaluator.evaluate(audible);
  for (const { signals, distances } of [row!, one!]) {
    const measured = signals!.map((signal, i) => METRICS['log-mel-l1'].prepare(clips.scoring[i]!, melConfig)(signal));
    expect(measured).toEqual(distances['log-mel-l1']);
  }
  // As the scores are.
  for (const [i, signal] of row!.signals!.entries())
    expect(relativeDistance(signal, one!.signals![i]!)).toBeLessThan(1e-5);
  expect((await plain.evaluator.evaluate(tasks[0]!))!.signals).toBeUndefined();
});

test('errors at noise levels are those that the CPU gives', async () => {
  const sigmas = [0.01, 0.3, 2].map((sigma) => ({ kind: 'clean-error', sigma }) as const);
  const together = await device.fresh().cleanErrors(sigmas);
  for (const [i, task] of sigmas.entries()) {
    const { errors } = (await plain.evaluator.cleanError(task))!;
    expect(relativeDistance(together![i]!.errors, errors)).toBeLessThan(1e-4);
  }
  expect(await device.fresh().cleanErrors(sigmas, () => true)).toBeUndefined();
});

describe('what lies on the device', () => {
  /** Numbers of tensors that were not disposed of. */
  const alive = new Set<Resident>();
  const resident = (samples: number): Resident => {
    const value = {
      shape: [1, samples],
      dispose() {
        if (!alive.delete(value)) throw new Error('disposed of twice');
      },
    };
    alive.add(value);
    return value;
  };
  const given = (values: readonly Resident[]) => {
    for (const value of values) if (!alive.has(value)) throw new Error('a tensor that was disposed of is read');
  };
  const copy = ({ shape }: Resident) => resident(shape[1]!);
  const network: RowNetwork = {
    config: readJson(tinyConfig) as RowNetwork['config'],
    rows: 4,
    memory: {
      place: async ({ length }) => resident(length),
      read: async (value) => {
        given([value]);
        return new Float32Array(value.shape[1]!);
      },
      dispose: async () => {},
    },
    condition: async () => ({}),
    async predict(rows) {
      given(rows.map(({ signal }) => signal));
      return rows.map(({ signal }) => copy(signal));
    },
    dispose: async () => {},
  };
  const reverse: RowReverse = {
    async step(rows) {
      given(rows.flatMap(({ state, predicted, added }) => [state, predicted, added]));
      return rows.map(({ state }) => copy(state));
    },
    dispose: async () => {},
  };
  // 35 hops of 300 · 2^k samples are no whole number of anything else that is counted here.
  const samples = 300 * 3500;
  const clip = new Float32Array(samples);
  const evaluator = () =>
    createRowEvaluator({
      network,
      reverse,
      clips: { scoring: [clip], heldout: [] },
      seed: 0,
      clamp: 'x0',
      precision: 'float64',
    });
  const silent = tasks.map((task) => ({ ...task, metrics: [] }));

  test('is what later schedules may share, and the noise', async () => {
    alive.clear();
    const own = evaluator();
    await own.evaluate(silent);
    // Of the noise k = 0, 1 and 2. Of prefixes: what was asked at σ 0.6, 0.5 and 1.1 begins with that noise, so one prediction each;
    // and at σ 0.05, 0.04 and 0.2 a state and a prediction.
    expect(alive.size).toBe(3 + 3 + 2 * 3);
    const before = alive.size;
    await own.evaluate(silent);
    expect(alive.size).toBe(before);
  });

  test('is at most what may be kept, whatever was asked', async () => {
    alive.clear();
    const own = evaluator();
    const others = Array.from({ length: 30 }, (_, i) => {
      const { betas } = NoiseSchedule.fromSigmas([1e-3, 0.02, 0.1 + 0.01 * i, 0.9]);
      return { ...silent[0]!, betas };
    });
    for (const task of others) await own.evaluate([task]);
    // 2^25 numbers of states and predictions, and 2^24 of noise.
    expect(alive.size * samples).toBeLessThanOrEqual(2 ** 25 + 2 ** 24);
    expect(alive.size).toBeGreaterThan(20);
  });

  test('is no more after a search was cancelled in the midst', async () => {
    alive.clear();
    const own = evaluator();
    await own.evaluate(silent);
    const before = alive.size;
    let steps = 0;
    const { betas } = NoiseSchedule.fromSigmas([1e-3, 0.02, 0.1, 0.6]);
    expect(await own.evaluate([{ ...silent[0]!, betas }], () => ++steps > 1)).toBeUndefined();
    // Nothing was asked beyond σ 0.6, which is known, so that nothing more is kept; noise of k = 1 is.
    expect(alive.size).toBe(before);
  });
});
