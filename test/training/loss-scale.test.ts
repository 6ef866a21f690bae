import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIRST_LOSS_SCALE, type LossScale, nextLossScale } from '../../src/training/loss-scale.ts';
import { ENDED } from '../../src/training/memory.ts';
import { relativeDistance } from '../graph/distance.ts';
import { createTrainer, putBatch, randomRows } from './tiny-training.ts';

describe('the scale of the loss', () => {
  test('is halved where a gradient overflows, and doubled after 2,000 steps without', () => {
    expect(nextLossScale({ scale: 8, steps: 1500 }, true)).toEqual({ scale: 4, steps: 0 });
    let at: LossScale = FIRST_LOSS_SCALE;
    expect(at.scale).toBe(65_536);
    for (let step = 0; step < 1999; step++) at = nextLossScale(at, false);
    expect(at).toEqual({ scale: 65_536, steps: 1999 });
    expect(nextLossScale(at, false)).toEqual({ scale: 131_072, steps: 0 });
  });

  test('ends its growth where a loss of 1 times it is far beyond a float16', () => {
    let at: LossScale = FIRST_LOSS_SCALE;
    for (let step = 0; step < 40_000; step++) at = nextLossScale(at, false);
    expect(at.scale).toBe(2 ** 24);
  });
});

// On the CPU ONNX Runtime rounds to float16 before and after each product, and computes it in float32.
describe('training in half precision', () => {
  const rows = randomRows(2);
  let whole: Awaited<ReturnType<typeof createTrainer>>;
  let half: Awaited<ReturnType<typeof createTrainer>>;

  beforeAll(async () => {
    whole = await createTrainer();
    half = await createTrainer({ engines: [{ half: true }] });
  });
  afterAll(async () => {
    await Promise.all([whole.close(), half.close()]);
  });

  test('makes the steps of float32 but for rounding', async () => {
    const losses: number[][] = [];
    for (const trainer of [whole, half]) {
      trainer.reset();
      trainer.memory.lossScale.set([1024, 0]);
      for (let step = 0; step < 3; step++) putBatch(trainer.memory, step, rows);
      expect(await trainer.run(0, 3)).toBe(ENDED.no);
      losses.push([0, 1, 2].map((step) => trainer.control.reported(step).loss));
    }
    expect(losses[1]).not.toEqual(losses[0]);
    // 11 bits of mantissa.
    expect(relativeDistance(losses[1]!, losses[0]!)).toBeLessThan(2 ** -8);
    expect(half.control.reported(0).gradientNorm / whole.control.reported(0).gradientNorm).toBeCloseTo(1, 2);
    expect([...half.memory.lossScale]).toEqual([1024, 3]);
    expect([...whole.memory.lossScale]).toEqual([1024, 0]);
  });

  test('passes over steps that overflow, with the weights as they were, until a scale is small enough', async () => {
    half.reset();
    half.memory.lossScale.set([2 ** 40, 0]);
    const before = half.memory.weights.slice();
    for (let step = 0; step < 8; step++) putBatch(half.memory, step, rows);
    expect(await half.run(0, 8)).toBe(ENDED.no);
    expect(half.memory.weights).toEqual(before);
    expect([...half.memory.lossScale]).toEqual([2 ** 32, 0]);
    let step = 8;
    while (half.memory.lossScale[1] === 0 && step < 40) {
      putBatch(half.memory, step, rows);
      expect(await half.run(step, ++step)).toBe(ENDED.no);
    }
    expect(half.memory.lossScale[0]).toBeLessThan(2 ** 32);
    expect(half.memory.lossScale[1]).toBe(1);
    expect(half.memory.weights).not.toEqual(before);
  });

  test('has diverged where no scale is small enough', async () => {
    half.reset();
    half.memory.lossScale.set([4, 0]);
    half.memory.weights[0] = Number.NaN;
    for (let step = 0; step < 4; step++) putBatch(half.memory, step, rows);
    expect(await half.run(0, 4)).toBe(ENDED.diverged);
    // 4, 2, and 1 is the last.
    expect(half.control.done).toBe(3);
  });
});
