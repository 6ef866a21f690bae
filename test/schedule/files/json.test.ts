import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readScheduleFile, writeScheduleFile } from '../../../src/schedule/files/index.ts';
import { scheduleSchema } from '../../../src/schedule/files/json.ts';
import { CLAMPS, NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { betasArbitrary } from '../arbitraries.ts';

const presets = new URL('../../../schedules/', import.meta.url);
const schemaFile = JSON.parse(readFileSync(new URL('schema/schedule.json', presets), 'utf8')) as object;
const validate = new Ajv2020().compile(schemaFile);

const read = (data: unknown) => readScheduleFile(new TextEncoder().encode(JSON.stringify(data)), 'some.json');

async function isRead(data: unknown): Promise<boolean> {
  return read(data).then(
    () => true,
    () => false,
  );
}

describe('by levels or sigmas', () => {
  // By hand: betas 1/2, 1/2 have ᾱ 1/2, 1/4 and σ² 1, 3.
  test.each([
    { levels: [Math.SQRT1_2, 0.5], clamp: 'none' },
    { sigmas: [1, Math.sqrt(3)], clamp: 'none' },
  ])('%j gives the betas', async (data) => {
    const { betas, clamp, name } = (await read(data)).schedule;
    expect([clamp, name]).toEqual(['none', 'some']);
    for (const beta of betas) expect(Math.abs(beta - 0.5)).toBeLessThan(1e-15);
  });

  test.each([
    [{ levels: [0.5, 0.5] }, 'some.json: schedule some: level_2 must lie strictly between 0 and 0.5, got 0.5'],
    [{ sigmas: [1, 0.5] }, 'some.json: schedule some: sigma_2 must be finite and above 1, got 0.5'],
    [{ betas: [0.1], levels: [0.9] }, 'some.json: expected exactly one of betas, levels, sigmas, got betas and levels'],
    [{ name: 'x' }, 'some.json: expected exactly one of betas, levels, sigmas, got none of them'],
    [{ levels: [0.9], asPublished: true }, 'some.json: Unrecognized key: "asPublished"'],
    [{ betas: [0.1], asPublished: false }, 'some.json: asPublished: Invalid input: expected true'],
    [null, 'some.json: Invalid input: expected object, received null'],
  ])('%j is refused', async (data, sentence) => {
    await expect(read(data)).rejects.toThrow(sentence);
  });

  test('a long name is shortened where it is named', async () => {
    const name = 'x'.repeat(5000);
    const shown = `${'x'.repeat(67)} … ${'x'.repeat(33)}`;
    await expect(read({ name, betas: [2] })).rejects.toThrow(
      `some.json: schedule ${shown}: beta_1 must lie strictly between 0 and 1, got 2`,
    );
  });

  test('more than 100,000 steps are refused', async () => {
    await expect(read(Array.from({ length: 100_001 }, () => 1e-6))).rejects.toThrow(
      'some.json: expected at most 100000 steps, got 100001',
    );
  });
});

test('a byte order mark and $schema are read over', async () => {
  const text = '\uFEFF{"$schema": "https://example.org/schedule.json", "betas": [0.1]}';
  expect((await readScheduleFile(new TextEncoder().encode(text), 'some.json')).schedule.betas).toEqual([0.1]);
});

test('other bytes than UTF-8 are told', async () => {
  await expect(readScheduleFile(Uint8Array.of(0xff, 0xfe, 0x5b), 'a.json')).rejects.toThrow(
    'a.json: expected text in UTF-8, got other bytes',
  );
  await expect(readScheduleFile(Uint8Array.of(0x50, 0x4b, 3, 4, 0xff), 'a.bin')).rejects.toThrow(
    'a.bin: expected text in UTF-8, got other bytes (a .pt, .npy, .npz or .csv file is told by its ending)',
  );
});

test('an object says a clamp, x0 where it leaves it out; a bare array does not', async () => {
  expect(await read({ betas: [0.1], clamp: 'state' })).toMatchObject({ saysClamp: true, schedule: { clamp: 'state' } });
  expect(await read({ betas: [0.1] })).toMatchObject({ saysClamp: true, schedule: { clamp: 'x0' } });
  expect(await read([0.1])).toMatchObject({ saysClamp: false, schedule: { clamp: 'x0' } });
});

describe('schedules/schema/schedule.json', () => {
  // After a change of the schema, the file is JSON.stringify(z.toJSONSchema(scheduleSchema), null, 2) and a line break.
  test('is the schema that files are read with', () => {
    expect(z.toJSONSchema(scheduleSchema)).toEqual(schemaFile);
  });

  const names = readdirSync(presets).filter((name) => name.endsWith('.json'));

  test.each(names)('takes the preset %s', (name) => {
    expect(validate(JSON.parse(readFileSync(new URL(name, presets), 'utf8')))).toBe(true);
  });

  test('there were presets', () => {
    expect(names.length).toBeGreaterThanOrEqual(14);
  });

  test('takes whatever is written', async () => {
    const about = fc.record(
      { name: fc.string({ minLength: 1 }), source: fc.string(), clamp: fc.constantFrom(...CLAMPS) },
      { requiredKeys: [] },
    );
    const provenances = fc.option(fc.dictionary(fc.string(), fc.jsonValue()), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(betasArbitrary, about, provenances, async (betas, given, provenance) => {
        const schedule = NoiseSchedule.fromBetas(betas, given);
        const { content } = await writeScheduleFile('x.json', schedule, { provenance });
        expect(validate(JSON.parse(content as string))).toBe(true);
      }),
    );
  });

  test.each([
    [{ betas: [0.5] }, true],
    [{ betas: [1e-300], $schema: 'x', name: '', source: '', clamp: 'none', provenance: { a: [1] } }, true],
    [[0.5, 0.1], true],
    [{ levels: [0.9, 0.5] }, true],
    [{ sigmas: [0.5, 3] }, true],
    [{ betas: [1e-6, -(2 ** -23)], asPublished: true }, true],
    [{ betas: [1e-6, -(2 ** -23)] }, false],
    [{ betas: [1e-6, -(2 ** -22)], asPublished: true }, false],
    [{ betas: [0] }, false],
    [{ betas: [1] }, false],
    [{ betas: [] }, false],
    [[], false],
    [[0], false],
    [{ betas: ['0.1'] }, false],
    [{ levels: [1] }, false],
    [{ levels: [0] }, false],
    [{ sigmas: [0] }, false],
    [{ betas: [0.1], sigmas: [0.1] }, false],
    [{ levels: [0.9], asPublished: true }, false],
    [{ betas: [0.1], clamp: 'y' }, false],
    [{ betas: [0.1], beta: [0.1] }, false],
    [{ betas: [0.1], provenance: [] }, false],
    [{ name: 'x' }, false],
    ['0.1', false],
    [null, false],
  ])('and the reader judge %j alike: %s', async (data, fits) => {
    expect([validate(data), await isRead(data)]).toEqual([fits, fits]);
  });
});
