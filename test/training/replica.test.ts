import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENDED } from '../../src/training/memory.ts';
import { parameterView } from '../../src/training/parameters.ts';
import { relativeDistance } from '../graph/distance.ts';
import { golden } from '../model/tiny.ts';
import { createTrainer, goldenRows, randomRows, type Trainer, type TrainerOptions } from './tiny-training.ts';

const ROWS = 4;
const JOBS = [1, 2, 3] as const;

/** Threads take a second to start, so each number of them starts once. */
let trainers: Record<(typeof JOBS)[number] | 'here', Trainer>;
const others: Trainer[] = [];

beforeAll(async () => {
  const [one, two, three] = await Promise.all(JOBS.map((jobs) => createTrainer({ jobs, rows: ROWS })));
  trainers = { here: await createTrainer({ rows: ROWS }), 1: one!, 2: two!, 3: three! };
});

beforeEach(() => {
  for (const each of Object.values(trainers)) each.reset();
});

afterAll(async () => {
  for (const each of [...Object.values(trainers), ...others]) await each.close();
});

async function trainerWith(options: TrainerOptions): Promise<Trainer> {
  const created = await createTrainer(options);
  others.push(created);
  return created;
}

/** The golden batch twice over: its mean loss and gradients are those of the batch. */
const goldenBatch = () => [...goldenRows(), ...goldenRows()];

/** What a trainer comes to from the checkpoint's weights in so many steps with random batches. */
async function train({ control, reset, put, run, state }: Trainer, steps: number) {
  reset();
  for (let step = 0; step < steps; step++) put(step, randomRows(ROWS, step * ROWS));
  expect(await run(0, steps)).toBe(ENDED.no);
  const reports = Array.from({ length: steps }, (_, step) => control.reported(step));
  return { ...state(), figures: reports.flatMap(({ loss, gradientNorm }) => [loss, gradientNorm]) };
}

type Trained = Awaited<ReturnType<typeof train>>;

/** How far two trainings of as many steps are apart, the largest of their numbers' distances. */
function distance(a: Trained, b: Trained): number {
  return Math.max(...(['weights', 'first', 'second', 'figures'] as const).map((of) => relativeDistance(a[of], b[of])));
}

describe.each(JOBS)('a step on %d workers', (jobs) => {
  test("has PyTorch's loss, norm and weights after it", async () => {
    const { memory, layout, control, put, run } = trainers[jobs];
    put(0, goldenBatch());
    expect(await run(0, 1)).toBe(ENDED.no);
    expect(control.done).toBe(1);
    const { loss, gradientNorm, learningRate } = control.reported(0);
    expect(loss / golden('grad/loss')[0]!).toBeCloseTo(1, 5);
    expect(gradientNorm / golden('grad/total_norm')[0]!).toBeCloseTo(1, 4);
    expect(learningRate).toBe(1e-3);
    const slot = layout.slots.find(({ name }) => name === 'nn.dblock_preconv.conv1d.weight')!;
    const after = golden(`adam/after/${slot.name}`);
    expect(relativeDistance(parameterView(memory.weights, slot), after)).toBeLessThan(1e-6);
  });
});

test('equal rows show that both replicas work on the same weights in every step', async () => {
  const { memory, put, run, state } = trainers[2];
  for (let step = 0; step < 5; step++) {
    const [row] = randomRows(1, step);
    put(step, [row!, row!, row!, row!]);
    const before = state().weights;
    await run(step, step + 1);
    // The first replica's gradients hold the sum: twice the second's, exactly, where both have the same.
    const [sum, other] = memory.gradients;
    expect(sum).toEqual(other!.map((x) => x + x));
    expect(relativeDistance(memory.weights, before)).toBeGreaterThan(1e-4);
  }
});

describe('the same batches', () => {
  // Of four rows, three workers have 1, 1 and 2.
  test('give the same on 1, 2 and 3 workers', async () => {
    const one = await train(trainers[1], 1);
    for (const jobs of [2, 3] as const) expect(distance(await train(trainers[jobs], 1), one)).toBeLessThan(1e-5);
  });

  test('give the same bits every time', async () => {
    const first = await train(trainers[2], 6);
    expect(await train(trainers[2], 6)).toEqual(first);
  });

  test('give the same bits in one span or in several', async () => {
    const { figures: _, ...whole } = await train(trainers.here, 4);
    const { reset, put, run, state } = trainers.here;
    reset();
    for (let step = 0; step < 4; step++) put(step, randomRows(ROWS, step * ROWS));
    await run(0, 1);
    await run(1, 4);
    expect(state()).toEqual(whole);
  });

  // Of two rows, three workers have 0, 1 and 1.
  test.each(['here', 3] as const)('give the same in one or accumulated from two, on %s', async (jobs) => {
    const whole = trainers.here;
    const split = await trainerWith({ jobs, rows: ROWS / 2, fields: { accumulation_steps: 2 } });
    const rows = randomRows(8);
    for (const step of [0, 1]) {
      whole.put(step, rows.slice(4 * step, 4 * step + 4));
      split.put(2 * step, rows.slice(4 * step, 4 * step + 2));
      split.put(2 * step + 1, rows.slice(4 * step + 2, 4 * step + 4));
    }
    await whole.run(0, 1);
    await split.run(0, 1);
    expect(relativeDistance(split.memory.first, whole.memory.first)).toBeLessThan(1e-5);
    expect(relativeDistance(split.memory.second, whole.memory.second)).toBeLessThan(1e-5);
    expect(relativeDistance(split.memory.weights, whole.memory.weights)).toBeLessThan(1e-5);
    expect(split.control.reported(0).loss / whole.control.reported(0).loss).toBeCloseTo(1, 6);
    // The next step takes the batches that follow.
    await whole.run(1, 2);
    await split.run(1, 2);
    expect(split.control.reported(1).loss / whole.control.reported(1).loss).toBeCloseTo(1, 5);
  });
});

test('the average of the weights is the recurrence a ← d · a + (1 − d) · w after each step, d rising to its decay', async () => {
  const { memory, put, run } = await trainerWith({ fields: { ema_decay: 0.2 } });
  // (1 + step) / (10 + step) until that is more.
  const decays = [1 / 10, 2 / 11, 0.2, 0.2];
  const expected = Float64Array.from(memory.weights);
  for (const [step, decay] of decays.entries()) {
    put(step, randomRows(2, 2 * step));
    await run(step, step + 1);
    memory.weights.forEach((weight, i) => {
      expected[i] = decay * expected[i]! + (1 - decay) * weight;
    });
  }
  expect(relativeDistance(memory.average, expected)).toBeLessThan(1e-6);
  expect(relativeDistance(memory.average, memory.weights)).toBeGreaterThan(1e-4);
});

test('learning rates follow their schedule and are multiplied by the scale', async () => {
  const fields = { lr_schedule: 'cosine', total_steps: 4, lr: 0.002 };
  const { memory, control, put, run, state } = await trainerWith({ fields });
  for (const step of [0, 1]) put(step, randomRows(2, step));
  const { weights } = state();
  await run(0, 1, 0);
  expect(memory.weights).toEqual(weights);
  await run(1, 2, 0.5);
  // Half of 0.002 · (1 + cos(π/4)) / 2.
  expect(control.reported(1).learningRate).toBeCloseTo(0.0005 * (1 + Math.SQRT1_2), 12);
  expect(memory.weights).not.toEqual(weights);
});

test('a wanted pause ends the span before its next step, which is made later', async () => {
  const { control, put, run, state } = trainers[2];
  put(0, goldenBatch());
  control.wantPause(true);
  const before = state();
  expect(await run(0, 1)).toBe(ENDED.paused);
  expect([control.done, state()]).toEqual([0, before]);
  control.wantPause(false);
  expect(await run(0, 1)).toBe(ENDED.no);
  expect(control.reported(0).loss / golden('grad/loss')[0]!).toBeCloseTo(1, 5);
});
