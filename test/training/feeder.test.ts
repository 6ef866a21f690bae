import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { logMel } from '../../src/audio/mel.ts';
import type { Pool } from '../../src/pool/pool.ts';
import { createThreadPool } from '../../src/pool/threads.ts';
import { createBatches } from '../../src/training/batches.ts';
import { type Clip, readCorpus } from '../../src/training/corpus.ts';
import { type Feed, type FeederOptions, segmentAt } from '../../src/training/feeder.ts';
import { createControl, createMemory, SLOTS } from '../../src/training/memory.ts';
import { noiseSchedule } from '../../src/training/training-config.ts';
import { relativeDistance } from '../graph/distance.ts';
import { noiseWav, recordingFolder } from './recordings.ts';
import { FRAMES, SAMPLES, tinyTraining } from './tiny-training.ts';

const { file } = recordingFolder();
const ROWS = 2;
const ACCUMULATED = 2;
/** More than twice round the ring. */
const BATCHES = 20;

/** Seven recordings, so that an epoch is one step and leaves out three; two are shorter than a segment. */
const lengths = [5000, 9000, 3600, 1000, 4000, 3599, 20_000];

const pools: Pool<Feed, void>[] = [];
let clips: readonly Clip[];

beforeAll(async () => {
  const paths = lengths.map((length, i) => file(`${i}.wav`, noiseWav(i + 1, { length })));
  clips = (await readCorpus(paths, { sampleRate: 22_050, resample: false, jobs: 1 }))!;
});

afterAll(async () => {
  for (const pool of pools) await pool.close();
});

async function startFeeders(threads: number, recordings: readonly Clip[]) {
  const fields = { batch_size: ROWS, accumulation_steps: ACCUMULATED, seed: 11 };
  const { config, training } = await tinyTraining(fields);
  const sizes = { parameters: 1, rows: ROWS, samples: SAMPLES, frames: FRAMES, nMels: 80 };
  const memory = createMemory(sizes, 1, false);
  const options: FeederOptions = { config, training, memory, clips: recordings, resample: false };
  const entry = new URL('../../src/training/feeder-worker.ts', import.meta.url);
  const pool = createThreadPool<FeederOptions, Feed, void>(entry, threads, options);
  pools.push(pool);
  const control = createControl(memory);
  const { signal, noise, mels, levels } = memory.batches;

  /** The batches from one on, as so many feeders make them. */
  async function batches(of: number, { from = 0, attempt = 0, count = BATCHES } = {}) {
    control.restart(Math.floor(from / ACCUMULATED), from);
    const feeding = Array.from({ length: of }, (_, index) => pool.run({ from, index, of, attempt }));
    const found = [];
    for (let batch = from; batch < from + count; batch++) {
      await vi.waitFor(() => control.waitForBatch(batch, () => true), { interval: 1, timeout: 60_000 });
      const part = (ring: Float32Array) => {
        const width = ring.length / SLOTS;
        return ring.slice((batch % SLOTS) * width, ((batch % SLOTS) + 1) * width);
      };
      found.push({ signal: part(signal), noise: part(noise), mels: part(mels), levels: part(levels) });
      control.take(batch);
    }
    control.close();
    await Promise.all(feeding);
    return found;
  }
  return { pool, training, control, batches };
}

describe('feeders', () => {
  let feeders: Awaited<ReturnType<typeof startFeeders>>;
  let whole: Awaited<ReturnType<typeof feeders.batches>>;

  beforeAll(async () => {
    feeders = await startFeeders(3, clips);
    whole = await feeders.batches(1);
  });

  test.each([2, 3])('make the same batches where they are %d', async (of) => {
    expect(await feeders.batches(of)).toEqual(whole);
  });

  test.each([1, 2, 3])('go on from any batch, where they are %d', async (of) => {
    expect(await feeders.batches(of, { from: 7, count: 5 })).toEqual(whole.slice(7, 12));
  });

  test('make other batches in another attempt', async () => {
    const [first] = await feeders.batches(1, { attempt: 1, count: 1 });
    for (const part of ['signal', 'noise', 'mels', 'levels'] as const) {
      expect(first![part]).not.toEqual(whole[0]![part]);
    }
  });

  test('make the same batches of recordings that are read again', async () => {
    const unread = clips.map(({ path, length, sampleRate, channels }) => ({ path, length, sampleRate, channels }));
    const { batches } = await startFeeders(1, unread);
    expect(await batches(1, { count: 6 })).toEqual(whole.slice(0, 6));
  });

  test('make rows of the segments, levels and mels that the step is drawn', async () => {
    const { training } = feeders;
    const { config } = await tinyTraining();
    const { levels } = noiseSchedule(training.trainingNoiseSchedule);
    const rowsOf = createBatches(clips.length, ROWS * ACCUMULATED, { seed: 11, attempt: 0 });
    for (const [number, batch] of whole.entries()) {
      const drawn = rowsOf(Math.floor(number / ACCUMULATED))
        .slice((number % ACCUMULATED) * ROWS)
        .slice(0, ROWS);
      for (const [row, { clip, start, step, between }] of drawn.entries()) {
        const n = Math.floor(1000 * step);
        const higher = n === 0 ? 1 : levels[n - 1]!;
        const level = higher - between * (higher - levels[n]!);
        expect(batch.levels[row]).toBeCloseTo(level, 6);
        const segment = segmentAt(clips[clip]!.samples!, start, SAMPLES);
        const noise = batch.noise.subarray(row * SAMPLES, (row + 1) * SAMPLES);
        const noisy = segment.map((y, i) => level * y + Math.sqrt(1 - level ** 2) * noise[i]!);
        expect(relativeDistance(batch.signal.subarray(row * SAMPLES, (row + 1) * SAMPLES), noisy)).toBeLessThan(1e-6);
        const { data } = await logMel(segment, config.data_config);
        expect(batch.mels.subarray(row * data.length, (row + 1) * data.length)).toEqual(data);
      }
    }
  });

  test('draw normal noise, other for each row', () => {
    const noise = whole.flatMap((batch) => [0, 1].map((row) => batch.noise.slice(row * SAMPLES, (row + 1) * SAMPLES)));
    expect(new Set(noise.map((row) => row.join())).size).toBe(2 * BATCHES);
    const numbers = noise.flatMap((row) => [...row]);
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const square = numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length;
    // Of 144,000 normal numbers, the mean is within 5 · √(1/n) of 0 and the mean square within 5 · √(2/n) of 1.
    expect(Math.abs(mean)).toBeLessThan(0.0132);
    expect(Math.abs(square - 1)).toBeLessThan(0.0187);
  });
});

test.each(['gone', 'changed'])('a recording that is %s ends feeding by its name', async (how) => {
  const path = file(`${how}.wav`, noiseWav(1, { length: 4000 }));
  const lost = { path, length: 4000, sampleRate: 22_050, channels: 1 };
  if (how === 'gone') rmSync(path);
  else file(`${how}.wav`, noiseWav(1, { length: 4001 }));
  const { pool } = await startFeeders(1, [lost]);
  const message = {
    gone: `${path}: the recording cannot be read: there is no such file`,
    changed: `${path}: expected 4000 samples as before, got 4001: the file was changed`,
  }[how]!;
  await expect(pool.run({ from: 0, index: 0, of: 1, attempt: 0 })).rejects.toThrow(message);
});

describe('segmentAt', () => {
  const recording = Float32Array.from({ length: 10 }, (_, i) => i + 1);

  afterEach(() => expect(recording[0]).toBe(1));

  test('begins anywhere that a whole segment fits, its ends among them', () => {
    const begins = Array.from({ length: 700 }, (_, i) => segmentAt(recording, i / 700, 4)[0]! - 1);
    // Seven places, each for a seventh of the draws.
    const counts = Array.from({ length: 7 }, (_, place) => begins.filter((begin) => begin === place).length);
    expect(counts).toEqual(Array(7).fill(100));
    expect([...segmentAt(recording, 0.9999, 4)]).toEqual([7, 8, 9, 10]);
  });

  test('is followed by zeros where the recording is shorter', () => {
    expect([...segmentAt(recording, 0.99, 12)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0]);
    expect([...segmentAt(recording, 0.99, 10)]).toEqual([...recording]);
  });
});
