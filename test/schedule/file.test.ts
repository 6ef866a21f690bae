import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { findSchedule, loadSchedule, saveSchedule } from '../../src/schedule/file.ts';
import { SCHEDULE_ENDINGS } from '../../src/schedule/files/index.ts';
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
      expect(await saveSchedule(path, schedule, { provenance })).toEqual([]);
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
    ['{"name": "x"}', /expected exactly one of betas, levels, sigmas, got none of them/],
    ['"text"', /expected object, received string/],
    ['[0.1, 1e999]', /betas\.1: Invalid input: expected number, received/],
    ['[0.1, 1.2]', /schedule wrong: beta_2 must lie strictly between 0 and 1, got 1\.2/],
    ['[]', /schedule wrong: expected at least one beta, got none/],
    ['[0.1,', /expected a schedule as JSON, got none \(a \.pt, \.npy, \.npz or \.csv file is told by its ending\)/],
  ])('refuses %s in one sentence with the path', async (content, sentence) => {
    const path = await written('wrong.json', content);
    const error = await loadSchedule(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(sentence);
    expect((error as Error).message).toMatch(/^[^\n]+$/);
    expect((error as Error).message.startsWith(`${path}: `)).toBe(true);
  });
});

describe('a Python list', () => {
  test('is a schedule without a name', async () => {
    const expected = { name: 'custom-2', source: '', clamp: 'x0', betas: [1e-6, 2e-5] };
    for (const list of ['[1e-6, 2e-5]', '1e-6,2e-5', 'torch.tensor([1e-6, 2e-5])']) {
      expect((await loadSchedule(list)).toJSON()).toEqual(expected);
    }
  });

  test.each([
    ['[1e-6, 2]', 'schedule custom-2: beta_2 must lie strictly between 0 and 1, got 2'],
    ['[1e-6, 0]', 'schedule custom-2: beta_2 must lie strictly between 0 and 1, got 0'],
    ['[1e-6, x]', 'Python list: element 2 must be a number, got "x"'],
    ['[]', 'schedule custom-0: expected at least one beta, got none'],
  ])('%s is refused', async (list, sentence) => {
    await expect(loadSchedule(list)).rejects.toThrow(new InputError(sentence));
  });
});

describe('findSchedule', () => {
  test('says what a file says beside the schedule, and where it is', async () => {
    const provenance = { seed: 7, study: { clips: ['a', null] } };
    const path = await written('found.json', JSON.stringify({ betas: [0.1, 0.2], clamp: 'none', provenance }));
    const { schedule, ...rest } = await findSchedule(path);
    expect(schedule).toEqual(NoiseSchedule.fromBetas([0.1, 0.2], { name: 'found', clamp: 'none' }));
    expect(rest).toEqual({ origin: 'file', path, saysClamp: true, provenance });
  });

  test.each([
    ['lmnt-6', 'preset', true],
    ['[0.1, 0.2]', 'list', false],
  ])('%s is a %s', async (text, origin, saysClamp) => {
    expect(await findSchedule(text)).toMatchObject({ origin, saysClamp });
  });
});

describe('a name that looks like a list', () => {
  const here = process.cwd();
  beforeAll(() => process.chdir(folder));
  afterAll(() => process.chdir(here));

  test.each(['[a].json', '6,7.json', '(1e-6, 0.5).JSON'])('%s is a file where there is one', async (name) => {
    await written(name, '[0.1, 0.2]');
    expect(await findSchedule(name)).toMatchObject({ origin: 'file', path: name });
    expect((await loadSchedule(name)).betas).toEqual([0.1, 0.2]);
  });

  test('is a list where there is none, or its ending says no form', async () => {
    await expect(loadSchedule('[b].json')).rejects.toThrow('Python list: element 1 must be a number, got "b"');
    await written('0.1,0.5', '[0.3]');
    expect((await loadSchedule('0.1,0.5')).betas).toEqual([0.1, 0.5]);
  });
});

describe('saveSchedule', () => {
  test.each(SCHEDULE_ENDINGS)('writes %s so that it comes back', async (ending) => {
    // Float32 values, which no form rounds.
    const schedule = NoiseSchedule.fromBetas([0.125, 0.5]);
    const path = join(folder, 'made', `saved${ending}`);
    expect(await saveSchedule(path, schedule)).toEqual([]);
    expect((await loadSchedule(path)).betas).toEqual(schedule.betas);
  });

  test('leaves an older file as it is where the schedule cannot be written', async () => {
    const path = await written('older.pt', 'older');
    await expect(saveSchedule(path, NoiseSchedule.fromBetas([1e-50]))).rejects.toThrow(InputError);
    expect(await readFile(path, 'utf8')).toBe('older');
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
      /expected a list of numbers or a one-dimensional tensor, got a dictionary/,
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
    // Nine digits name one float32.
    const expected = referenceSchedules[`ivanvovk-${steps}`]!;
    expect(schedule.betas.map(Math.fround)).toEqual(expected.map(Math.fround));
    if (steps !== 25) expect(schedule.betas).toEqual(expected.map(Math.fround));
    else expect(largestRelativeDifference(schedule.betas, expected)).toBeLessThan(1e-8);
  });
});
