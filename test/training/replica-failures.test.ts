import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENDED } from '../../src/training/memory.ts';
import { EXPLOSION_STEPS } from '../../src/training/replica.ts';
import { createTrainer, goldenRows, randomRows, type Trainer } from './tiny-training.ts';

const trainers: Trainer[] = [];

async function trainer(...options: Parameters<typeof createTrainer>): Promise<Trainer> {
  const created = await createTrainer(...options);
  trainers.push(created);
  return created;
}

afterAll(async () => {
  for (const each of trainers) await each.close();
});

const reasons = (settled: readonly PromiseSettledResult<unknown>[]) =>
  settled.map((result) => (result.status === 'rejected' ? (result.reason as Error).message : 'done'));

/** Two replicas, for all tests that need not more. */
let two: Trainer;

beforeAll(async () => {
  two = await trainer({ jobs: 2 });
});

describe('a number that is not finite', () => {
  beforeEach(() => two.reset());

  // The first row is the first replica's, the second row the other's.
  test.each([
    [0, Number.NaN],
    [1, Number.NaN],
    [1, Number.POSITIVE_INFINITY],
  ])('in row %d of a batch, %d, ends the span with its step, which changes no weights', async (bad, value) => {
    const { memory, control, put, run, state } = two;
    put(0, randomRows(2));
    const rows = randomRows(2, 2);
    rows[bad]!.noise[100] = value;
    put(1, rows);
    put(2, randomRows(2, 4));
    expect(await run(0, 1)).toBe(ENDED.no);
    const before = state();
    expect(await run(1, 3)).toBe(ENDED.diverged);
    expect(control.done).toBe(2);
    expect(Number.isFinite(control.reported(1).loss)).toBe(false);
    expect(state()).toEqual(before);
    // Both ended before the same step, and go on together.
    expect(await run(2, 3)).toBe(ENDED.no);
    expect(Number.isFinite(control.reported(2).loss)).toBe(true);
    expect(memory.weights).not.toEqual(before.weights);
  });
});

describe('an explosion', () => {
  let one: Trainer;
  let squared: Trainer;

  beforeAll(async () => {
    [one, squared] = [await trainer(), await trainer({ fields: { loss: 'l2' } })];
  });

  /** How the last of so many steps ends, whose losses before it were all `loss`, and the golden batch's 1.7 is its own. */
  async function endAfter(steps: number, loss: number, lowest = Number.POSITIVE_INFINITY, by = one): Promise<number> {
    const { memory, control, put, reset, run } = by;
    reset();
    memory.lowest[0] = lowest;
    control.restart(0, steps - 1);
    const figures = { gradientNorm: 1, learningRate: 1e-3, seconds: 1, waited: 0 };
    for (let step = 0; step < steps - 1; step++) control.report({ step, loss, ...figures });
    put(steps - 1, goldenRows());
    return run(steps - 1, steps);
  }

  test('is a mean of 25 losses above three times the lowest that there was', async () => {
    // (24 · 10 + 1.7) / 25 = 9.67.
    expect(await endAfter(EXPLOSION_STEPS, 10, 3.2)).toBe(ENDED.diverged);
    expect(await endAfter(EXPLOSION_STEPS, 10, 3.3)).toBe(ENDED.no);
    expect(one.memory.lowest[0]).toBe(3.3);
  });

  test('is above three times what predicting no noise gives, too', async () => {
    // Three times √(2/π) is 2.39; (24 · 2.3 + 1.7) / 25 = 2.28 and with 2.5 it is 2.47.
    expect(await endAfter(EXPLOSION_STEPS, 2.3, 0.1)).toBe(ENDED.no);
    expect(await endAfter(EXPLOSION_STEPS, 2.5, 0.1)).toBe(ENDED.diverged);
    // Of squares 3, and the golden batch's, about 4.5, adds 0.18 to 24/25 of them.
    expect(await endAfter(EXPLOSION_STEPS, 2.8, 0.1, squared)).toBe(ENDED.no);
    expect(await endAfter(EXPLOSION_STEPS, 3.1, 0.1, squared)).toBe(ENDED.diverged);
  });

  test('is none where a run begins at a high loss', async () => {
    expect(await endAfter(EXPLOSION_STEPS, 1000)).toBe(ENDED.no);
    expect(one.memory.lowest[0]).toBeCloseTo((24 * 1000 + one.control.reported(24).loss) / 25, 6);
  });

  test('is not told from fewer steps', async () => {
    expect(await endAfter(EXPLOSION_STEPS - 1, 1000, 1)).toBe(ENDED.no);
    expect(one.memory.lowest[0]).toBe(1);
  });
});

// Afterwards the barrier stays broken.
test('all replicas fail where the batch that they wait for does not come any more', async () => {
  const { control, put, reset, settle } = two;
  reset();
  put(0, randomRows(2));
  const settled = settle(0, 2);
  while (control.done === 0) await new Promise(setImmediate);
  control.breakBarrier();
  // One that had not begun to wait for the batch waits for the other.
  const either = expect.stringMatching(
    /^(the recordings are not read any more|another worker of this training has failed)$/,
  );
  expect(reasons(await settled)).toEqual([either, either]);
  // Whoever comes later fails, too.
  const meeting = 'another worker of this training has failed';
  expect(reasons(await settle(1, 2))).toEqual([meeting, meeting]);
});

test('all replicas fail where one has no engine', async () => {
  // No machine has so many.
  const { put, settle } = await trainer({ jobs: 2, engines: [{}, { device: 'cuda', deviceId: 99 }] });
  put(0, randomRows(2));
  expect(reasons(await settle(0, 1)).sort()).toEqual([
    expect.stringMatching(/^ONNX Runtime does not start on cuda: /),
    'another worker of this training has failed',
  ]);
});
