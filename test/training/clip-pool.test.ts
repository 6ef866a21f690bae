import { expect, test } from 'vitest';
import { workOnFiles } from '../../src/training/clip-pool.ts';
import type { Inspection } from '../../src/training/prepare-worker.ts';
import { noiseWav, recordingFolder } from './recordings.ts';

const { file } = recordingFolder();
const paths = Array.from({ length: 20 }, (_, i) => file(`${i}.wav`, noiseWav(i, { length: 100 + i })));
const entry = new URL('../../src/training/prepare-worker.ts', import.meta.url);
const task = (path: string) => path;

test('asks for a task when a thread is free, and gives each result with its path', async () => {
  const lengths = new Map<string, number>();
  let mostInHand = 0;
  let begun = 0;
  const isWhole = await workOnFiles<string, Inspection>(paths, {
    entry,
    jobs: 2,
    task(path) {
      mostInHand = Math.max(mostInHand, ++begun - lengths.size);
      return path;
    },
    take(path, { length }) {
      lengths.set(path, length);
      return false;
    },
  });
  expect(isWhole).toBe(true);
  expect(lengths).toEqual(new Map(paths.map((path, i) => [path, 100 + i])));
  expect(mostInHand).toBe(2);
});

test('begins no file after one whose result ends it', async () => {
  const seen: string[] = [];
  const take = (path: string) => seen.push(path) === 3;
  expect(await workOnFiles(paths, { entry, jobs: 1, task, take })).toBe(true);
  expect(seen).toEqual(paths.slice(0, 3));
});

test('says where it was cancelled', async () => {
  const seen: string[] = [];
  const take = (path: string) => seen.push(path) === 0;
  const isCancelled = () => seen.length === 2;
  expect(await workOnFiles(paths, { entry, jobs: 1, task, take, isCancelled })).toBe(false);
  expect(seen).toEqual(paths.slice(0, 2));
});

test('fails with the first thread that does, before the other files', async () => {
  const broken = new URL('./no-such-worker.ts', import.meta.url);
  let tasks = 0;
  const counted = (path: string) => {
    tasks++;
    return path;
  };
  const working = workOnFiles(paths, { entry: broken, jobs: 2, task: counted, take: () => false });
  await expect(working).rejects.toThrow(/no-such-worker/);
  expect(tasks).toBe(2);
});
