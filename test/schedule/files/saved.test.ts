import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/formats/input-error.ts';
import { writeNpy } from '../../../src/formats/npy.ts';
import { writeNpz } from '../../../src/formats/npz.ts';
import { writePyTorch } from '../../../src/formats/pytorch-writer.ts';
import { readScheduleFile, writeScheduleFile } from '../../../src/schedule/files/index.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { torchFile } from '../../formats/torch-file.ts';

const fixture = (name: string) => readScheduleFile(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)), name);

// The numbers that fixtures/README.md saves.
const LMNT = [4.47739327e-6, 4.47739327e-5, 9.49513587e-4, 9.49513587e-3, 9.49513587e-2, 4.47739327e-1];
const FASTDIFF = [9e-5, 9e-3, 0.6];

test.each([
  ['lmnt.npy', 'x0', LMNT],
  ['lmnt-float32-row.npy', 'x0', LMNT.map(Math.fround)],
  ['lmnt-column.npy', 'x0', LMNT],
  ['coqui.npy', 'state', FASTDIFF],
  ['named.npz', 'x0', FASTDIFF],
  ['only.npz', 'x0', LMNT],
  ['floats.pt', 'x0', FASTDIFF],
  ['tensors.pt', 'x0', FASTDIFF.map(Math.fround)],
  ['tensor.pt', 'x0', FASTDIFF.map(Math.fround)],
])('%s holds what was saved, for the clamp %s', async (name, clamp, betas) => {
  const { schedule, saysClamp } = await fixture(name);
  // Only a form that is one project's says it.
  expect(saysClamp).toBe(name === 'coqui.npy');
  expect(schedule).toMatchObject({ name: name.replace(/\.\w+$/, ''), source: name, clamp });
  expect(schedule.betas).toEqual(betas);
});

test('the ending may be in capitals', async () => {
  const bytes = readFileSync(new URL('../fixtures/lmnt.npy', import.meta.url));
  expect((await readScheduleFile(bytes, 'LMNT.NPY')).schedule.betas).toEqual(LMNT);
});

test('.pth is .pt', async () => {
  const bytes = readFileSync(new URL('../fixtures/floats.pt', import.meta.url));
  expect((await readScheduleFile(bytes, 'a.PTH')).schedule).toMatchObject({ name: 'a', betas: FASTDIFF });
});

test("numpy's numbers in a .pt are refused with what to save instead", async () => {
  // The beginning of what torch.save writes of [numpy.float64(0.1)].
  const bytes = torchFile('\x80\x02]q\x00cnumpy.core.multiarray\nscalar\nq\x01.');
  await expect(readScheduleFile(bytes, 'a.pt')).rejects.toThrow(
    new InputError(
      'a.pt (data.pkl): names numpy.core.multiarray.scalar, which no file of tensors and numbers needs; nothing was run; ' +
        'for a schedule save torch.tensor(betas) or a list of floats',
    ),
  );
});

describe('what holds no schedule', () => {
  const ones = (...shape: number[]) => ({ shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(0.1) });

  test.each([
    ['a.npy', writeNpy(ones(2, 3)), 'expected a list of numbers or a one-dimensional tensor, got one of shape [2, 3]'],
    ['a.npy', writeNpy(ones()), 'expected a list of numbers or a one-dimensional tensor, got one of shape []'],
    ['a.npy', writeNpy(ones(0)), 'schedule a: expected at least one beta, got none'],
    ['a.npy', writeNpy(ones(100_001)), 'expected at most 100000 steps, got 100001'],
    [
      'a.npz',
      writeNpz(
        new Map([
          ['x', ones(2)],
          ['y', ones(2)],
        ]),
      ),
      'expected exactly one of beta, betas, noise_schedule, got "x", "y"',
    ],
    [
      'a.npz',
      writeNpz(
        new Map([
          ['beta', ones(2)],
          ['betas', ones(2)],
        ]),
      ),
      'expected exactly one of beta, betas, noise_schedule, got beta, betas',
    ],
    [
      'a.pt',
      writePyTorch(
        new Map([
          ['betas', ones(2)],
          ['conv.weight', ones(2)],
        ]),
      ),
      'expected a list of numbers or a one-dimensional tensor, got a dictionary',
    ],
    [
      'a.pt',
      writePyTorch(new Map([['other', ones(2)]])),
      'expected a list of numbers or a one-dimensional tensor, got a dictionary',
    ],
    [
      'a.pt',
      writePyTorch(
        new Map([
          ['beta', [0.1]],
          ['betas', [0.2]],
        ]),
      ),
      'expected exactly one of beta, betas, noise_schedule, got beta, betas',
    ],
    [
      'a.pt',
      writePyTorch([0.1, ones(1)]),
      'expected a list of numbers or a one-dimensional tensor, got a list of something else',
    ],
    ['a.pt', writePyTorch('0.1'), 'expected a list of numbers or a one-dimensional tensor, got something else'],
    ['a.pt', writePyTorch([0.1, 1.5]), 'schedule a: beta_2 must lie strictly between 0 and 1, got 1.5'],
  ])('%s is refused %#', async (path, bytes, sentence) => {
    await expect(readScheduleFile(bytes, path)).rejects.toThrow(
      expect.objectContaining({ name: 'InputError', message: `${path}: ${sentence}` }),
    );
  });
});

test.each(['beta', 'betas', 'noise_schedule'])(
  "PyTorch's dictionary with %s is read, a list or a tensor",
  async (name) => {
    const tensor = { shape: [2], data: Float64Array.of(0.1, 0.5) };
    for (const betas of [[0.1, 0.5], tensor]) {
      const { schedule } = await readScheduleFile(writePyTorch(new Map([[name, betas]])), 'a.pt');
      expect([[...schedule.betas], schedule.clamp]).toEqual([[0.1, 0.5], 'x0']);
    }
  },
);

describe('what is lost is said', () => {
  const schedule = NoiseSchedule.fromBetas([0.1, 0.5], { name: 'mine', clamp: 'none' });
  const remarks = async (path: string, of: NoiseSchedule, list = false) =>
    (await writeScheduleFile(path, of, { list })).remarks;

  test('the rounding to float32, by how much, unless nothing was rounded or a list was asked for', async () => {
    // fround(0.1)/0.1 − 1 = 1.49e-8.
    const sentence = 'The betas are rounded to float32, by up to 1.5e-8 relative.';
    expect(await remarks('a.pt', NoiseSchedule.fromBetas([0.1, 0.5]))).toEqual([sentence]);
    expect(await remarks('a.pt', NoiseSchedule.fromBetas([0.25, 0.5]))).toEqual([]);
    expect(await remarks('a.pt', NoiseSchedule.fromBetas([0.1, 0.5]), true)).toEqual([]);
  });

  test('a clamp other than x0, but in JSON', async () => {
    for (const ending of ['npy', 'npz', 'csv']) {
      expect(await remarks(`a.${ending}`, schedule)).toEqual([
        `The clamp, none, is not in a .${ending} file; .json keeps it.`,
      ]);
      expect(await remarks(`a.${ending}`, NoiseSchedule.fromBetas([0.1]))).toEqual([]);
    }
    expect(await remarks('a.pt', schedule)).toHaveLength(2);
    expect(await remarks('a.json', schedule)).toEqual([]);
  });
});

describe('what cannot be written', () => {
  const write = (path: string, betas: number[]) => writeScheduleFile(path, NoiseSchedule.fromBetas(betas));

  test.each([
    ['a.mat', '.mat'],
    ['a', 'none'],
  ])('the ending of %s', async (path, got) => {
    await expect(write(path, [0.1])).rejects.toThrow(
      `${path}: expected one of the endings .json, .pt, .npy, .npz, .csv, got ${got}`,
    );
  });

  // 1 − 1e-9 and 1e-50 are 1 and 0 in float32.
  test.each([1 - 1e-9, 1e-50])('a beta of %d in float32; a list keeps it', async (beta) => {
    await expect(write('a.pt', [0.1, beta])).rejects.toThrow(
      `a.pt: rounded to float32, it is no schedule, only a list keeps it: schedule custom-2: beta_2 must lie strictly between 0 and 1, got ${Math.fround(beta)}`,
    );
    const { content } = await writeScheduleFile('a.pt', NoiseSchedule.fromBetas([0.1, beta]), { list: true });
    expect((await readScheduleFile(content as Uint8Array, 'a.pt')).schedule.betas).toEqual([0.1, beta]);
  });

  test('more than 100,000 steps', async () => {
    const betas = Array.from({ length: 100_001 }, () => 1e-6);
    await expect(write('a.csv', betas)).rejects.toThrow('a.csv: expected at most 100000 steps, got 100001');
  });
});
