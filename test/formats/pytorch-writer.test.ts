import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeNpy } from '../../src/formats/npy.ts';
import { writeNpz } from '../../src/formats/npz.ts';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import { type PyTorchInput, writePyTorch } from '../../src/formats/pytorch-writer.ts';
import type { TensorData } from '../../src/formats/tensor.ts';
import { storedZipEntries } from '../../src/formats/zip-entries.ts';
import { HAS_PYTORCH, python } from '../pytorch-peer.ts';
import { refusal } from './refusal.ts';
import { decoded } from './values.ts';

/** What `decoded` gives for a value once it was written and read. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, expected(item)]));
  if (typeof value !== 'object' || value === null) return value;
  const { shape, data } = value as TensorData;
  return { dtype: data instanceof Float32Array ? 'F32' : 'F64', shape, values: [...data] };
}

const tensor = fc
  .tuple(
    fc.oneof(fc.float32Array({ maxLength: 6 }), fc.float64Array({ maxLength: 6 })),
    fc.array(fc.constant(1), { maxLength: 3 }),
  )
  .map(([data, ones]) => ({ shape: data.length === 1 ? ones : [data.length, ...ones], data }));
const text = fc.string({ unit: 'grapheme' });
const key = fc.oneof(text, fc.maxSafeInteger());
const { value: anything } = fc.letrec<{ value: PyTorchInput }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), fc.double(), fc.maxSafeInteger(), text, tensor),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
}));

test('what is written is read', () => {
  fc.assert(
    fc.property(anything, (value) => {
      expect(decoded(readPyTorch(writePyTorch(value), 'x.pt'))).toEqual(expected(value));
    }),
  );
});

test('laid out as torch.save lays it out', () => {
  const data = Float32Array.of(1, 2);
  const bytes = writePyTorch([
    { shape: [2], data },
    { shape: [], data: Float64Array.of(3) },
  ]);
  const entries = storedZipEntries(bytes, 'x.pt');
  expect([...entries.keys()]).toEqual(['archive/data.pkl', 'archive/data/0', 'archive/data/1', 'archive/version']);
  expect(Buffer.from(entries.get('archive/version')!).toString()).toBe('3\n');
  expect(entries.get('archive/data/0')).toEqual(new Uint8Array(data.buffer));
});

test('a part of a larger array is written alone', () => {
  const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  const bytes = writePyTorch({ shape: [2], data });
  expect(storedZipEntries(bytes, 'x.pt').get('archive/data/0')).toHaveLength(8);
  expect(decoded(readPyTorch(bytes, 'x.pt'))).toEqual({ dtype: 'F32', shape: [2], values: [2, 3] });
});

test('refuses to write what it could not read', () => {
  expect(refusal(() => writePyTorch([{ shape: [2, 2], data: Float32Array.of(1) }]))).toBe(
    'a tensor: expected 4 elements for [2, 2], got 1',
  );
});

/** What Python sees of a value: types by name, tensors and arrays with type, shape and the bits of their numbers. */
const SEEN = `
import json, sys, zipfile, numpy
def seen(x):
    if hasattr(x, 'numpy'): return ['tensor', *seen(x.numpy())[1:]]
    if isinstance(x, numpy.ndarray): return ['array', str(x.dtype), list(x.shape), x.tobytes().hex()]
    if isinstance(x, dict): return ['dict', [[seen(k), seen(v)] for k, v in x.items()]]
    if isinstance(x, list): return ['list', [seen(v) for v in x]]
    return [type(x).__name__, repr(x)]
`;

const hex = (data: Float32Array | Float64Array) => Buffer.from(data.buffer).toString('hex');

describe.skipIf(!HAS_PYTORCH)('as Python reads it (skipped where /usr/bin/python3 lacks torch)', () => {
  const numbers = Float32Array.of(1e-6, 1 / 3, -0, Infinity, 1e-45, 3);
  const doubles = Float64Array.of(1e-6, 1 / 3);

  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'formats-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  function saved(name: string, bytes: Uint8Array): string {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  }

  test('a training checkpoint with every kind of value, a state dict that is loaded, and what PyTorch saves again', () => {
    const checkpoint = new Map<string, PyTorchInput>([
      ['model', new Map([['nn.weight', { shape: [2, 1, 3], data: numbers }]])],
      ['optimizer', new Map<PyTorchInput, PyTorchInput>([[0, new Map([['betas', [0.9, 0.999]]])]])],
      ['iteration', 1_000_000],
      ['floats', [0.1, 1e-300, -0]],
      ['tensors', [...numbers].map((number) => ({ shape: [], data: Float32Array.of(number) }))],
      ['doubles', { shape: [2], data: doubles }],
      ['empty', { shape: [0, 3], data: new Float32Array(0) }],
      ['constants', [null, true, false, 'é', [], 2 ** 40, -5]],
    ]);
    const state = new Map([
      ['weight', { shape: [1, 2, 3], data: numbers }],
      ['bias', { shape: [1], data: Float32Array.of(0.5) }],
    ]);
    const first = saved('checkpoint.pt', writePyTorch(checkpoint));
    const second = saved(
      'state.pt',
      writePyTorch(
        new Map<string, PyTorchInput>([
          ['model', state],
          ['iteration', 7],
        ]),
      ),
    );
    const program = `${SEEN}
import torch
checkpoint = torch.load(sys.argv[1])
torch.save(checkpoint, sys.argv[1] + '.again')
conv = torch.nn.Conv1d(2, 1, 3)
conv.load_state_dict(torch.load(sys.argv[2], weights_only=True)['model'])
print(json.dumps([zipfile.ZipFile(sys.argv[1]).testzip(), seen(checkpoint), seen(conv.weight.detach())]))`;
    const [damaged, loaded, weight] = python(program, first, second) as unknown[];

    const text = (value: string) => ['str', `'${value}'`];
    const int = (value: string) => ['int', value];
    const floats = (...values: string[]) => ['list', values.map((value) => ['float', value])];
    const dict = (...entries: [unknown, unknown][]) => ['dict', entries];
    const none = ['NoneType', 'None'];
    const scalars = [...numbers].map((number) => ['tensor', 'float32', [], hex(Float32Array.of(number))]);
    const constants = [
      none,
      ['bool', 'True'],
      ['bool', 'False'],
      text('é'),
      ['list', []],
      int(`${2 ** 40}`),
      int('-5'),
    ];
    expect(loaded).toEqual(
      dict(
        [text('model'), dict([text('nn.weight'), ['tensor', 'float32', [2, 1, 3], hex(numbers)]])],
        [text('optimizer'), dict([int('0'), dict([text('betas'), floats('0.9', '0.999')])])],
        [text('iteration'), int('1000000')],
        [text('floats'), floats('0.1', '1e-300', '-0.0')],
        [text('tensors'), ['list', scalars]],
        [text('doubles'), ['tensor', 'float64', [2], hex(doubles)]],
        [text('empty'), ['tensor', 'float32', [0, 3], '']],
        [text('constants'), ['list', constants]],
      ),
    );
    expect(damaged).toBeNull();
    expect(weight).toEqual(['tensor', 'float32', [1, 2, 3], hex(numbers)]);
    expect(decoded(readPyTorch(readFileSync(`${first}.again`), 'x.pt'))).toEqual(expected(checkpoint));
  });

  test('arrays, alone and in an archive', () => {
    const alone = saved('a.npy', writeNpy({ shape: [3, 2], data: numbers }));
    const arrays = new Map<string, TensorData>([
      ['beta', { shape: [2], data: doubles }],
      ['é', { shape: [], data: Float32Array.of(2.5) }],
      ['empty', { shape: [0, 3], data: new Float64Array(0) }],
    ]);
    const archive = saved('a.npz', writeNpz(arrays));
    const program = `${SEEN}
alone, archive = [numpy.load(path) for path in sys.argv[1:]]
print(json.dumps([seen(alone), seen(dict(archive)), zipfile.ZipFile(sys.argv[2]).testzip()]))`;
    const entries = [
      [
        ['str', "'beta'"],
        ['array', 'float64', [2], hex(doubles)],
      ],
      [
        ['str', "'é'"],
        ['array', 'float32', [], hex(Float32Array.of(2.5))],
      ],
      [
        ['str', "'empty'"],
        ['array', 'float64', [0, 3], ''],
      ],
    ];
    expect(python(program, alone, archive)).toEqual([
      ['array', 'float32', [3, 2], hex(numbers)],
      ['dict', entries],
      null,
    ]);
  });
});
