import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { loadSchedule } from '../../src/schedule/file.ts';
import { listModelSchedules, loadModelSchedule, modelScheduleNames } from '../../src/schedule/model-schedules.ts';

let model: string;
let bare: string;
beforeAll(() => {
  model = mkdtempSync(join(tmpdir(), 'model-schedules-'));
  bare = join(model, 'bare');
  mkdirSync(join(model, 'schedules', 'folder.json'), { recursive: true });
  mkdirSync(bare);
  const files = {
    'best-2.json': '{"name": "random-7", "source": "a study", "clamp": "state", "betas": [0.1, 0.2]}',
    'alpha.json': '[0.1, 0.25]',
    'single.json': '{"betas": [-1e-7], "name": "x"}',
    'one.json': '{"levels": [0.5]}',
    'lmnt-6.json': '[0.1, 0.2, 0.3]',
    'dotted.name.json': '[0.1]',
    'notes.txt': 'no schedule',
    '.best-2.json.123.tmp': '[0.1',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(model, 'schedules', name), content);
});
afterAll(() => rmSync(model, { recursive: true }));

const pathOf = (name: string) => join(model, 'schedules', `${name}.json`);

describe('listModelSchedules', () => {
  test('goes by number of steps, then name; each goes by its file, and keeps what else is known of it', async () => {
    const listed = await listModelSchedules(model);
    expect(listed.map(({ name }) => name)).toEqual(['one', 'alpha', 'best-2', 'lmnt-6']);
    expect(listed[2]!.path).toBe(pathOf('best-2'));
    expect(listed[2]!.schedule.toJSON()).toEqual({
      name: 'best-2',
      source: 'a study',
      clamp: 'state',
      betas: [0.1, 0.2],
    });
  });

  test('tells of each file that cannot be read', async () => {
    const errors: InputError[] = [];
    await listModelSchedules(model, (error) => errors.push(error));
    expect(errors).toEqual([
      new InputError(`${pathOf('dotted.name')}: expected a name without a dot, got dotted.name`),
      new InputError(`${pathOf('folder')}: the schedule cannot be read: it is a folder`),
      new InputError(`${pathOf('single')}: schedule x: beta_1 must lie strictly between 0 and 1, got -1e-7`),
    ]);
  });

  test.each(['bare', 'absent', 'schedules/one.json'])('there are none in %s', async (folder) => {
    expect(await listModelSchedules(join(model, folder))).toEqual([]);
    expect(await modelScheduleNames(join(model, folder))).toEqual([]);
  });
});

describe('loadModelSchedule', () => {
  test('finds a schedule by its name', async () => {
    expect(await loadModelSchedule(model, 'alpha')).toMatchObject({ name: 'alpha', path: pathOf('alpha') });
  });

  test.each(['absent', 'dotted.name', '../schedules/alpha', ''])('there is none of the name "%s"', async (name) => {
    expect(await loadModelSchedule(model, name)).toBeUndefined();
  });
});

describe('loadSchedule with a model', () => {
  test("takes the model's before a preset of the same name, and presets else", async () => {
    expect((await loadSchedule('lmnt-6', { model })).betas).toEqual([0.1, 0.2, 0.3]);
    expect(await loadSchedule('lmnt-6', { model: bare })).toEqual(await loadSchedule('lmnt-6'));
    expect((await loadSchedule('best-2', { model })).clamp).toBe('state');
  });

  test('says which there are where a name is unknown', async () => {
    await expect(loadSchedule('best-9', { model })).rejects.toThrow(
      `best-9: expected a path (with a slash or an ending), a schedule of ${model} (alpha, best-2, folder, lmnt-6, one, single) or a preset: diffwave-6, `,
    );
    await expect(loadSchedule('best-9', { model: bare })).rejects.toThrow(
      `a schedule of ${bare} (it has none) or a preset: `,
    );
  });

  test('a damaged one is told by its path', async () => {
    await expect(loadSchedule('single', { model })).rejects.toThrow(`${pathOf('single')}: `);
  });
});
