import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WaveGradConfig } from '../../src/model/config.ts';
import { learningRate } from '../../src/training/learning-rate.ts';
import { parseTraining } from '../../src/training/training-config.ts';
import { defaultConfig, readJson } from '../model/tiny.ts';
import { HAS_PYTORCH, python } from '../pytorch-peer.ts';

const reference = readJson(defaultConfig) as WaveGradConfig;

/** The reference's training with some fields set otherwise. */
function trained(fields: Record<string, unknown> = {}) {
  const config = { ...reference, training_config: { ...reference.training_config, ...fields } };
  return parseTraining(config, 'config.json').training;
}

const rateAt = (fields: Record<string, unknown>, step: number, epoch = 0) =>
  learningRate(trained(fields), { step, epoch });

describe('epoch', () => {
  /** The rate in each epoch, walked as the reference's train.py does, with PyTorch's StepLR. */
  function walk(lr: number, gamma: number, stepSize: number, epochs: number): number[] {
    const rates: number[] = [];
    let calls = 0;
    for (let epoch = 0; epoch < epochs; epoch++) {
      rates.push(lr);
      if (epoch % (Math.floor(epoch / 10) + 1) === 0) {
        calls++;
        if (calls % stepSize === 0) lr *= gamma;
      }
    }
    return rates;
  }

  test.each([
    [1, 0.9],
    [2, 0.9],
    [5, 0.5],
    [28, 0.1],
  ])('is the walk with a step size of %i and gamma %f', (stepSize, gamma) => {
    const training = trained({ scheduler_step_size: stepSize, scheduler_gamma: gamma });
    walk(1e-3, gamma, stepSize, 400).forEach((rate, epoch) => {
      // Multiplied up to 27 times, or raised to a power.
      expect(learningRate(training, { step: 7, epoch }) / rate).toBeCloseTo(1, 13);
    });
  });

  test('ends with the 27th decay, after epoch 90', () => {
    expect(rateAt({}, 0, 90)).toBe(1e-3 * 0.9 ** 26);
    expect(rateAt({}, 0, 91)).toBe(1e-3 * 0.9 ** 27);
    expect(rateAt({}, 1e9, 1e8)).toBe(1e-3 * 0.9 ** 27);
  });

  test.skipIf(!HAS_PYTORCH)("is PyTorch's StepLR", () => {
    const program = `
import json, sys, torch, warnings
warnings.simplefilter('ignore')
size, gamma = int(sys.argv[1]), float(sys.argv[2])
adam = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=1e-3)
scheduler = torch.optim.lr_scheduler.StepLR(adam, step_size=size, gamma=gamma)
rates = []
for epoch in range(120):
    rates.append(adam.param_groups[0]['lr'])
    if epoch % (epoch // 10 + 1) == 0:
        scheduler.step()
print(json.dumps(rates))`;
    for (const [size, gamma] of [
      [1, 0.9],
      [3, 0.7],
    ] as const) {
      const training = trained({ scheduler_step_size: size, scheduler_gamma: gamma });
      const rates = python(program, String(size), String(gamma)) as number[];
      expect(rates).toHaveLength(120);
      rates.forEach((rate, epoch) => {
        expect(learningRate(training, { step: 0, epoch }) / rate).toBeCloseTo(1, 13);
      });
    }
  });
});

describe('cosine', () => {
  const cosine = { lr_schedule: 'cosine', total_steps: 4, lr: 0.01, final_lr: 0.002 };

  test('falls along half a cosine, and stays at its end', () => {
    // The cosines of 0, π/4, π/2, 3π/4 and π are 1, √½, 0, −√½ and −1.
    const wanted = [1, Math.SQRT1_2, 0, -Math.SQRT1_2, -1, -1, -1].map((c) => 0.006 + 0.004 * c);
    wanted.forEach((rate, step) => {
      expect(rateAt(cosine, step)).toBeCloseTo(rate, 15);
    });
  });

  test('ends at 0 by default', () => {
    expect(rateAt({ ...cosine, final_lr: undefined }, 4)).toBe(0);
  });

  test('takes no heed of the epoch', () => {
    expect(rateAt(cosine, 1, 50)).toBe(rateAt(cosine, 1, 0));
  });
});

test('constant is constant', () => {
  expect(rateAt({ lr_schedule: 'constant' }, 1e6, 1000)).toBe(1e-3);
});

describe('warm-up', () => {
  test('rises evenly from lr / warmup_steps to lr', () => {
    const rates = [0, 1, 2, 3, 4, 5].map((step) => rateAt({ lr_schedule: 'constant', warmup_steps: 4 }, step));
    expect(rates).toEqual([0.25e-3, 0.5e-3, 0.75e-3, 1e-3, 1e-3, 1e-3]);
  });

  test.each([{ lr_schedule: 'epoch' }, { lr_schedule: 'cosine', total_steps: 100 }])('multiplies %j', (schedule) => {
    const warm = { ...schedule, warmup_steps: 8 };
    expect(rateAt(warm, 1, 3) / rateAt(schedule, 1, 3)).toBeCloseTo(0.25, 14);
    expect(rateAt(warm, 8, 3)).toBe(rateAt(schedule, 8, 3));
  });
});

test('is positive, at most lr, and after the warm-up never rises', () => {
  const schedule = fc.record({
    lr_schedule: fc.constantFrom('epoch', 'constant', 'cosine'),
    total_steps: fc.integer({ min: 1000, max: 1e6 }),
    final_lr: fc.double({ min: 1e-6, max: 1e-3, noNaN: true }),
    warmup_steps: fc.integer({ min: 0, max: 1000 }),
    scheduler_step_size: fc.integer({ min: 1, max: 30 }),
  });
  const step = fc.integer({ min: 0, max: 2e6 });
  fc.assert(
    fc.property(schedule, step, step, fc.integer({ min: 1, max: 10_000 }), (fields, a, b, epochSteps) => {
      const training = trained(fields);
      const at = (n: number) => learningRate(training, { step: n, epoch: Math.floor(n / epochSteps) });
      expect(at(a)).toBeGreaterThan(0);
      expect(at(a)).toBeLessThanOrEqual(1e-3 * (1 + 1e-12));
      const [first, second] = [a, b].map((n) => n + fields.warmup_steps).sort((x, y) => x - y) as [number, number];
      expect(at(second)).toBeLessThanOrEqual(at(first) * (1 + 1e-12));
    }),
  );
});
