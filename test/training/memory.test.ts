import { afterEach, describe, expect, test, vi } from 'vitest';
import { createControl, createMemory, ENDED, SLOTS } from '../../src/training/memory.ts';

const SIZES = { parameters: 10, rows: 2, samples: 6, frames: 3, nMels: 4 };

const control = () => createControl(createMemory(SIZES, 1, false));

/** What `change` does happens as another thread's would, when this one has decided to wait and does not yet. */
function justBeforeWaiting(change: () => void): string[] {
  const wait = Atomics.wait.bind(Atomics) as (...args: [Int32Array, number, number, number]) => 'ok' | 'timed-out';
  const woken: string[] = [];
  const changeAndWait = (array: Int32Array, index: number, value: number) => {
    change();
    const result = wait(array, index, value, 1000);
    woken.push(result);
    return result;
  };
  vi.spyOn(Atomics, 'wait').mockImplementation(changeAndWait as typeof Atomics.wait);
  return woken;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('createMemory', () => {
  test('gives arrays of the sizes, shared by threads', () => {
    const { weights, first, second, average, gradients, sums, batches } = createMemory(SIZES, 3, true);
    expect([weights, first, second, average, ...gradients].map(({ length }) => length)).toEqual(Array(7).fill(10));
    expect(sums).toHaveLength(6);
    const { signal, noise, mels, levels } = batches;
    expect([signal, noise, mels, levels].map(({ length }) => length / SLOTS)).toEqual([12, 12, 24, 2]);
    for (const { buffer } of [weights, average, signal, ...gradients]) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('has no average where none is wanted', () => {
    expect(createMemory(SIZES, 1, false).average).toHaveLength(0);
  });
});

describe('the ring', () => {
  test('has room for as many batches as slots beyond those that were taken', () => {
    const ring = control();
    ring.restart(5, 20);
    expect(ring.waitForRoom(20 + SLOTS - 1)).toBe(true);
    const woken = justBeforeWaiting(() => ring.take(20));
    expect(ring.waitForRoom(20 + SLOTS)).toBe(true);
    expect(woken).toEqual(['not-equal']);
    ring.close();
    expect(ring.waitForRoom(20)).toBe(false);
  });

  test('that is closed just before a feeder waits does not let it wait', () => {
    const ring = control();
    const woken = justBeforeWaiting(() => ring.close());
    expect(ring.waitForRoom(SLOTS)).toBe(false);
    expect(woken).toEqual(['not-equal']);
  });

  test('gives a batch once it is filled, and not the one that was in its slot before', () => {
    const ring = control();
    ring.fill(1);
    ring.waitForBatch(1, () => true);
    expect(() => ring.waitForBatch(0, () => true)).toThrow('the recordings are not read any more');
    expect(() => ring.waitForBatch(1 + SLOTS, () => true)).toThrow('the recordings are not read any more');
    const woken = justBeforeWaiting(() => ring.fill(1 + SLOTS));
    ring.waitForBatch(1 + SLOTS, () => false);
    expect(woken).toEqual(['not-equal']);
  });

  test('is empty after a restart, and open', () => {
    const ring = control();
    ring.fill(3);
    ring.close();
    ring.restart(0, 3);
    expect(() => ring.waitForBatch(3, () => true)).toThrow('the recordings are not read any more');
    expect(ring.waitForRoom(3 + SLOTS - 1)).toBe(true);
  });
});

describe('the control', () => {
  test('numbers those that ask', () => {
    const { number } = control();
    expect([number(), number(), number()]).toEqual([0, 1, 2]);
  });

  test('keeps its flags apart', () => {
    const flags = control();
    const seen = () => [flags.isPauseWanted, flags.ended, flags.isClosed, flags.done];
    flags.wantPause(true);
    expect(seen()).toEqual([true, ENDED.no, false, 0]);
    flags.end(ENDED.diverged);
    flags.wantPause(false);
    expect(seen()).toEqual([false, ENDED.diverged, false, 0]);
    flags.close();
    flags.restart(7, 9);
    expect(seen()).toEqual([false, ENDED.diverged, false, 7]);
  });

  test('keeps what each of the last steps gave', () => {
    const steps = control();
    const of = (step: number) => ({
      step,
      loss: step / 7,
      gradientNorm: step / 3,
      learningRate: 1e-3 / (step + 1),
      seconds: step / 11,
      waited: step / 13,
    });
    for (let step = 0; step < 5000; step++) steps.report(of(step));
    const last = Array.from({ length: 4000 }, (_, i) => 1000 + i);
    expect(last.map((step) => steps.reported(step))).toEqual(last.map(of));
  });

  test('counts the steps that were reported', () => {
    const steps = control();
    steps.report({ step: 41, loss: 1, gradientNorm: 1, learningRate: 1, seconds: 1, waited: 0 });
    expect(steps.done).toBe(42);
  });
});
