import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel, type Model } from '../../src/model/model.ts';
import { loadPullback } from '../../src/model/pullback.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { createEvaluator, type Evaluator } from '../../src/search/evaluator.ts';
import { MEL_CONFIG, noise } from '../audio/signals.ts';
import { tinyCheckpoint } from '../model/tiny.ts';

let model: Model;
let pullback: Awaited<ReturnType<typeof loadPullback>>;
let evaluator: Evaluator;

beforeAll(async () => {
  [model, pullback] = await Promise.all([loadModel(tinyCheckpoint), loadPullback(tinyCheckpoint)]);
  evaluator = createEvaluator({
    predictNoise: model.predictNoise,
    loadPullback: async () => pullback.pullBackNoise,
    melConfig: MEL_CONFIG,
    clips: { scoring: [noise(2400, 0.1), noise(2400, 0.1, 2), noise(2400, 0.2, 3)], heldout: [] },
    clipsPerCall: 1,
    seed: 0,
    clamp: 'x0',
    precision: 'float64',
  });
});
afterAll(() => Promise.all([model.dispose(), pullback.dispose()]));

async function scoreOf(logSigmas: readonly number[]): Promise<number> {
  const { betas } = NoiseSchedule.fromSigmas(logSigmas.map(Math.exp));
  const about = { kind: 'evaluation', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
  const { distances } = (await evaluator.evaluate({ ...about, betas, metrics: ['log-mel-l1'] }))!;
  const values = distances['log-mel-l1']!;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('is the central difference of the score that trials get, and costs two evaluations a step beside its own', async () => {
  const logSigmas = [1e-3, 4e-3, 0.015].map(Math.log);
  const { betas } = NoiseSchedule.fromSigmas(logSigmas.map(Math.exp));
  const task = { kind: 'score-gradient', betas, replicate: 0 } as const;
  const { gradient, nfe } = (await evaluator.scoreGradient(task))!;
  expect(nfe).toBe(3 + 2 * 3);
  // Now its prefix is known.
  expect((await evaluator.scoreGradient(task))!.nfe).toBe(1 + 2 * 3);
  const largest = Math.max(...gradient.map(Math.abs));
  for (const [n, value] of gradient.entries()) {
    const step = n < 2 ? 0.03 : 0.01;
    const [up, down] = await Promise.all(
      [step, -step].map((by) => scoreOf(logSigmas.map((x, i) => (i === n ? x + by : x)))),
    );
    const expected = (up! - down!) / (2 * step);
    // What levels rounded to float32 leave, as in the test of the gradient itself.
    expect(Math.abs(value - expected), `level ${n + 1}`).toBeLessThan(0.05 * Math.abs(expected) + 5e-3 * largest);
  }
});

test('stops between two clips when it is cancelled', async () => {
  const { betas } = NoiseSchedule.fromSigmas([1e-3, 5e-3]);
  expect(await evaluator.scoreGradient({ kind: 'score-gradient', betas, replicate: 0 }, () => true)).toBeUndefined();
});
