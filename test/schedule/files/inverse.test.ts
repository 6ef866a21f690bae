import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readScheduleFile, SCHEDULE_ENDINGS, writeScheduleFile } from '../../../src/schedule/files/index.ts';
import { parsePythonList } from '../../../src/schedule/files/python-list.ts';
import { CLAMPS, NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { survivesMutations } from '../../mutations.ts';
import { betasArbitrary } from '../arbitraries.ts';

const PROVENANCE = { seed: 1, of: ['x', null] };

async function bytesOf(path: string, schedule: NoiseSchedule, list = false): Promise<Uint8Array> {
  const { content } = await writeScheduleFile(path, schedule, { list, provenance: PROVENANCE });
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

describe('reading is the inverse of writing', () => {
  const schedules = fc
    .tuple(betasArbitrary, fc.string({ minLength: 1 }), fc.string(), fc.constantFrom(...CLAMPS))
    .map(([betas, name, source, clamp]) => NoiseSchedule.fromBetas(betas, { name, source, clamp }));

  test('.json keeps everything', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        expect(await readScheduleFile(await bytesOf('a.json', schedule), 'a.json')).toEqual({
          schedule,
          saysClamp: true,
          provenance: PROVENANCE,
        });
      }),
    );
  });

  test.each([
    ['.npy', false],
    ['.npz', false],
    ['.csv', false],
    ['.pt', true],
  ])('%s keeps every bit of the betas (as a list: %s)', async (ending, list) => {
    const path = `a${ending}`;
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const filed = await readScheduleFile(await bytesOf(path, schedule, list), path);
        expect([filed.schedule.betas, filed.saysClamp]).toEqual([schedule.betas, false]);
      }),
    );
  });

  test('.pt rounds them to float32', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const filed = await readScheduleFile(await bytesOf('a.pt', schedule), 'a.pt');
        expect(filed.schedule.betas).toEqual(schedule.betas.map(Math.fround));
      }),
    );
  });

  test.each(SCHEDULE_ENDINGS)('%s keeps a published beta that is not positive', async (ending) => {
    // Float32 values, so that no form rounds them.
    const schedule = NoiseSchedule.fromBetas([2 ** -20, -(2 ** -23), 0], { asPublished: true });
    const filed = await readScheduleFile(await bytesOf(`a${ending}`, schedule), `a${ending}`);
    expect([filed.schedule.betas, filed.schedule.asPublished]).toEqual([schedule.betas, true]);
  });
});

describe('damaged files are read or refused in one sentence', () => {
  const schedule = NoiseSchedule.fromBetas([1e-6, 2e-5, 3e-4, 4e-3, 0.05, 0.5], { name: 'mine', source: 'here' });
  const text = (content: string) => new TextEncoder().encode(content);
  const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

  // Each is a damaged file in two thousand; most damage is seen, and what is not is another number.
  test.each([
    ['.json', ['{"levels": [0.9, 0.5], "clamp": "state"}', '{"sigmas": [0.1, 2e0]}', '[0.1, 0.25]'].map(text)],
    [
      '.csv',
      ['beta\r\n"0.1"\r\n0.2\r\n', '0.1,0.25,0.5\n', 'level;x,LEVELS\n1,0.5\n2,0.25\n', 'n;beta\r1;0,1\r2;0,2\r'].map(
        text,
      ),
    ],
    ['.npy', ['lmnt.npy', 'lmnt-float32-row.npy', 'coqui.npy'].map(fixture)],
    ['.npz', ['named.npz', 'only.npz'].map(fixture)],
    ['.pt', ['floats.pt', 'tensors.pt', 'tensor.pt'].map(fixture)],
  ])('%s', async (ending, originals) => {
    const path = `a${ending}`;
    const files = [...originals, await bytesOf(path, schedule)];
    const refused = await survivesMutations(files, (bytes) => readScheduleFile(bytes, path));
    expect(refused).toBeGreaterThan(500);
    expect(refused).toBeLessThan(2000);
  });

  test('Python lists', async () => {
    const lists = ['[1e-6, 2e-5, 0.5]', "torch.tensor([0.1, 0.2], device='cpu')", '0.1,0.2', '[np.float64(0.1),]'];
    const refused = await survivesMutations(lists.map(text), (bytes) =>
      parsePythonList(new TextDecoder().decode(bytes)),
    );
    expect(refused).toBeGreaterThan(500);
    expect(refused).toBeLessThan(2000);
  });
});
