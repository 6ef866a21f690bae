import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { loadSchedule, saveSchedule } from '../../src/schedule/file.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { largestRelativeDifference, referenceSchedules } from './fixtures.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schedule-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('JSON', () => {
  test('a saved schedule comes back bit for bit, provenance or not', async () => {
    const schedule = NoiseSchedule.fromBetas([1e-6 / 3, 0.1 / 3], { name: 'mine', source: 'here', clamp: 'state' });
    const path = join(folder, 'saved.json');
    for (const provenance of [undefined, { seed: 7, nested: { model: 'tiny' } }]) {
      await saveSchedule(path, schedule, provenance);
      expect(await loadSchedule(path)).toEqual(schedule);
    }
  });

  test('a schedule kept as published comes back', async () => {
    const schedule = NoiseSchedule.fromBetas([1e-6, -1e-7], { asPublished: true });
    const path = join(folder, 'published.json');
    await saveSchedule(path, schedule);
    expect(await loadSchedule(path)).toEqual(schedule);
  });

  test('a bare array is named after its file', async () => {
    const schedule = await loadSchedule(await written('bare.json', '[0.1, 0.2]'));
    expect(schedule.toJSON()).toEqual({ name: 'bare', source: '', clamp: 'x0', betas: [0.1, 0.2] });
  });

  test.each([
    ['{"betas": [0.1], "beta": 2}', /Unrecognized key: "beta"/],
    ['{"betas": [0.1, "0.2"]}', /betas\.1: Invalid input: expected number, received string/],
    ['{"betas": [0.1], "clamp": "y"}', /clamp: Invalid option: expected one of "x0"\|"state"\|"none"/],
    ['{"betas": [0.1], "provenance": 3}', /provenance: Invalid input: expected record, received number/],
    ['{"name": "x"}', /betas: Invalid input: expected array, received undefined/],
    ['"text"', /expected object, received string/],
    ['[0.1, 1e999]', /betas\.1: Invalid input: expected number, received/],
    ['[0.1, 1.2]', /schedule wrong: beta_2 must lie strictly between 0 and 1, got 1\.2/],
    ['[]', /schedule wrong: expected at least one beta, got none/],
    ['[0.1,', /expected a schedule as JSON or a PyTorch \.pt file, got neither/],
  ])('refuses %s in one sentence with the path', async (content, sentence) => {
    const path = await written('wrong.json', content);
    const error = await loadSchedule(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(sentence);
    expect((error as Error).message).toMatch(/^[^\n]+$/);
    expect((error as Error).message.startsWith(`${path}: `)).toBe(true);
  });
});

describe('files that hold no schedule', () => {
  test('a missing one is told', async () => {
    const path = join(folder, 'absent.json');
    await expect(loadSchedule(path)).rejects.toThrow(
      new InputError(`${path}: the schedule cannot be read: there is no such file`),
    );
  });

  test('a folder is told', async () => {
    await expect(loadSchedule(folder)).rejects.toThrow(/the schedule cannot be read: it is a folder/);
  });

  test('one of 17 MB is not read', async () => {
    const path = await written('large.json', new Uint8Array(17e6));
    await expect(loadSchedule(path)).rejects.toThrow(
      /the schedule cannot be read: at most 16777216 bytes were expected, got 17000000/,
    );
  });

  test('a PyTorch checkpoint is none', async () => {
    const checkpoint = fileURLToPath(new URL('../fixtures/reference-tiny/checkpoint.pt', import.meta.url));
    await expect(loadSchedule(checkpoint)).rejects.toThrow(
      /expected a list of numbers or a one-dimensional tensor, got something else/,
    );
  });

  test('a .pt file that is none is told with its path', async () => {
    const path = await written('text.pt', 'not PyTorch');
    await expect(loadSchedule(path)).rejects.toThrow(InputError);
    await expect(loadSchedule(path)).rejects.toThrow(path);
  });
});

const published = fileURLToPath(new URL('../../../shared/fixtures/reference-schedule-files/', import.meta.url));

describe.skipIf(!existsSync(published))('the reference files (skipped where ../shared is absent)', () => {
  // A list of 0-dimensional tensors, a tensor, a list of floats, a tensor. The JSON holds nine digits.
  test.each([6, 7, 25, 1000])('%diters.pt holds the published betas', async (steps) => {
    const schedule = await loadSchedule(join(published, `${steps}iters.pt`));
    expect(schedule.name).toBe(`${steps}iters`);
    expect(largestRelativeDifference(schedule.betas, referenceSchedules[`ivanvovk-${steps}`]!)).toBeLessThan(1e-8);
  });
});
