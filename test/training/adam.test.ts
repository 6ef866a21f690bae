import { describe, expect, test } from 'vitest';
import { fillNormal } from '../../src/random/noise.ts';
import { adamStep, averageDecay, averageWeights, clippingScale, sumOfSquares } from '../../src/training/adam.ts';
import { relativeDistance } from '../graph/distance.ts';
import { HAS_PYTORCH, python } from '../pytorch-peer.ts';

const LENGTH = 37;

const normal = (k: number, scale = 1) =>
  fillNormal(new Float32Array(LENGTH), { seed: 0, purpose: 'proposal', clip: 0, replicate: 0, k }).map(
    (x) => x * scale,
  );

/** Gradients of eight steps: some of them are to be clipped at norm 1, and some are all but 0. */
const STEPS = [1, 0.01, 30, 1e-6, 0.1, 1, 1e4, 0.05].map((scale, step) => normal(step + 1, scale));

/** The weights and moments after all steps, the learning rate falling. */
function train() {
  const weights = normal(0);
  const moments = { first: new Float32Array(LENGTH), second: new Float32Array(LENGTH) };
  STEPS.forEach((gradients, i) => {
    const scale = clippingScale(Math.sqrt(sumOfSquares(gradients)), 1);
    adamStep(weights, gradients, moments, { learningRate: 0.01 / (i + 1), scale, step: i + 1 });
  });
  return { weights, ...moments };
}

describe('adamStep', () => {
  test('is algorithm 1 of Kingma and Ba, in double precision', () => {
    const weights = Float64Array.from(normal(0));
    const m = new Float64Array(LENGTH);
    const v = new Float64Array(LENGTH);
    STEPS.forEach((gradients, i) => {
      const norm = Math.hypot(...gradients);
      const t = i + 1;
      for (let j = 0; j < LENGTH; j++) {
        const g = gradients[j]! * Math.min(1, 1 / (norm + 1e-6));
        m[j] = 0.9 * m[j]! + 0.1 * g;
        v[j] = 0.999 * v[j]! + 0.001 * g ** 2;
        weights[j]! -= ((0.01 / t) * (m[j]! / (1 - 0.9 ** t))) / (Math.sqrt(v[j]! / (1 - 0.999 ** t)) + 1e-8);
      }
    });
    const trained = train();
    expect(relativeDistance(trained.weights, weights)).toBeLessThan(1e-6);
    expect(relativeDistance(trained.first, m)).toBeLessThan(1e-6);
    expect(relativeDistance(trained.second, v)).toBeLessThan(1e-6);
  });

  test.skipIf(!HAS_PYTORCH)("is torch.optim.Adam's after clip_grad_norm_", () => {
    const program = `
import json, sys, torch
start, steps = json.loads(sys.argv[1])
weights = torch.nn.Parameter(torch.tensor(start))
adam = torch.optim.Adam([weights], lr=0.01)
for i, gradients in enumerate(steps):
    adam.param_groups[0]['lr'] = 0.01 / (i + 1)
    weights.grad = torch.tensor(gradients)
    torch.nn.utils.clip_grad_norm_([weights], 1.0)
    adam.step()
state = adam.state[weights]
print(json.dumps({'weights': weights.tolist(), 'first': state['exp_avg'].tolist(), 'second': state['exp_avg_sq'].tolist()}))`;
    const expected = python(program, JSON.stringify([[...normal(0)], STEPS.map((gradients) => [...gradients])]));
    const trained = train();
    for (const [name, values] of Object.entries(expected as Record<keyof typeof trained, number[]>)) {
      // PyTorch rounds each operation to float32.
      expect(relativeDistance(trained[name as keyof typeof trained], values), name).toBeLessThan(1e-6);
    }
  });

  test('in parts is the step as a whole, to the bit', () => {
    const whole = { weights: normal(0), first: normal(1), second: normal(2).map(Math.abs) };
    const parts = structuredClone(whole);
    const options = { learningRate: 0.1, scale: 0.5, step: 3 };
    adamStep(whole.weights, normal(3), whole, options);
    for (const [begin, end] of [
      [0, 10],
      [10, 11],
      [11, LENGTH],
    ] as const) {
      adamStep(parts.weights, normal(3), parts, options, begin, end);
    }
    expect(parts).toEqual(whole);
  });
});

test('sumOfSquares is the sum of squares, of any part', () => {
  const values = normal(0);
  for (const [begin, end] of [
    [0, LENGTH],
    [0, 0],
    [3, 8],
    [5, 6],
    [30, LENGTH],
  ] as const) {
    const naive = Array.from(values.subarray(begin, end), (x) => x * x).reduce((a, b) => a + b, 0);
    expect(sumOfSquares(values, begin, end)).toBeCloseTo(naive, 12);
  }
});

test('clippingScale brings larger norms to the most, and leaves smaller ones', () => {
  expect(clippingScale(0.5, 1)).toBe(1);
  expect(clippingScale(0, 1)).toBe(1);
  expect(8 * clippingScale(8, 2)).toBeCloseTo(2, 5);
});

test('averageWeights is d · a + (1 − d) · w, of any part', () => {
  const [average, weights] = [normal(0), normal(1)];
  const expected = average.map((a, i) => (i >= 5 && i < 20 ? 0.9 * a + 0.1 * weights[i]! : a));
  averageWeights(average, weights, 0.9, 5, 20);
  expect(relativeDistance(average, expected)).toBeLessThan(1e-7);
  expect(average.subarray(20)).toEqual(expected.subarray(20));
});

test('averageDecay rises to its decay as in tf.train.ExponentialMovingAverage', () => {
  // min(decay, (1 + num_updates) / (10 + num_updates)), by its documentation.
  expect([0, 1, 90].map((step) => averageDecay(0.9, step))).toEqual([0.1, 2 / 11, 0.9]);
  expect(averageDecay(0.9, 80)).toBe(0.9);
  expect(averageDecay(0.9, 79)).toBeLessThan(0.9);
  expect(averageDecay(0.9999, 1e6)).toBe(0.9999);
});
