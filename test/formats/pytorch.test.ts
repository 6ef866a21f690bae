import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type PyTorchValue, readPyTorch } from '../../src/formats/pytorch.ts';
import { isTensor, type Tensor } from '../../src/formats/tensor.ts';
import { tensorPickle, torchFile } from './torch-file.ts';

const here = (path: string) => new URL(path, import.meta.url);
const tinyFile = readFileSync(here('../fixtures/reference-tiny/checkpoint.pt'));
const sharedSchedules = here('../../../shared/fixtures/reference-schedule-files/');

function entry(value: PyTorchValue | undefined, ...keys: (string | number)[]): PyTorchValue {
  let at = value;
  for (const key of keys) at = (at as Map<string | number, PyTorchValue>).get(key);
  return at as PyTorchValue;
}

function tensor(value: PyTorchValue | undefined, ...keys: (string | number)[]): Tensor {
  const found = entry(value, ...keys);
  if (!isTensor(found)) throw new TypeError(`no tensor at ${keys.join('.')}`);
  return found;
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

test('reads the names, shapes and values of a state dict', () => {
  const model = entry(readPyTorch(tinyFile, 'tiny'), 'model') as Map<string, Tensor>;
  expect(model.size).toBe(118);
  expect([...model.keys()].slice(0, 2)).toEqual(['nn.ublock_preconv.conv1d.weight', 'nn.ublock_preconv.conv1d.bias']);
  // PyTorch 1.13: t.shape, t.double().sum(), t.flatten()[:3] and [-1] of the same file.
  const weight = model.get('nn.films.4.shift_conv.conv1d.weight')!;
  expect(weight).toMatchObject({ dtype: 'F32', shape: [16, 16, 3] });
  const values = weight.toFloat32();
  expect([...values.slice(0, 3), values.at(-1)]).toEqual([
    0.06418263912200928, -0.13430118560791016, 0.02450672537088394, 0.1173647865653038,
  ]);
  expect(sum(weight.toFloat64())).toBeCloseTo(-4.731179122874892, 12);
});

test('every tensor of the reference checkpoint has its values', () => {
  const tensors = [...(entry(readPyTorch(tinyFile, 'tiny'), 'model') as Map<string, Tensor>).values()];
  // PyTorch 1.13: sum of t.numel(), t.double().sum() and (t.double() ** 2).sum() over the state dict.
  const all = tensors.map((each) => each.toFloat64());
  expect(all.reduce((count, values) => count + values.length, 0)).toBe(26_069);
  expect(all.reduce((total, values) => total + sum(values), 0)).toBeCloseTo(3.22892996849896, 10);
  expect(all.reduce((total, values) => total + sum(values.map((x) => x * x)), 0)).toBeCloseTo(553.8471674476436, 9);
});

// Made, with the values below, by fixtures/README.md.
const made = ['torch-1.13.pt', 'torch-1.13-protocol-4.pt'].map(
  (name) => [name, readPyTorch(readFileSync(here(`fixtures/${name}`)), name)] as const,
);

test.each(made)('%s: a training checkpoint with its optimizer and scheduler', (_, checkpoint) => {
  expect(entry(checkpoint, 'iteration')).toBe(70_000);
  expect([...tensor(checkpoint, 'model', 'bias').toFloat32()]).toEqual([
    -0.2777682840824127, -0.1767769604921341, 0.14828276634216309,
  ]);
  expect([...tensor(checkpoint, 'model', 'betas').toFloat32()]).toEqual([
    9.999999974752427e-7, 0.0020007998682558537, 0.00400059949606657, 0.0060004000551998615, 0.008000199683010578,
    0.009999999776482582,
  ]);
  // Adam's first moment after one step is 0.1 of the gradient.
  expect([...tensor(checkpoint, 'optimizer', 'state', 1, 'exp_avg').toFloat32()]).toEqual(
    [0.1, -0.2, 0].map(Math.fround),
  );
  expect([...tensor(checkpoint, 'optimizer', 'state', 0, 'step').toFloat32()]).toEqual([1]);
  const [group] = entry(checkpoint, 'optimizer', 'param_groups') as PyTorchValue[];
  expect(entry(group, 'betas')).toEqual([0.9, 0.999]);
  expect(entry(checkpoint, 'scheduler', 'gamma')).toBe(0.9);
});

test.each(made)('%s: views are read through their strides', (_, checkpoint) => {
  const views = ['parameter', 'transposed', 'slice', 'expanded', 'scalar', 'empty'].map((name) => {
    const { shape, toFloat32 } = tensor(checkpoint, name);
    return [name, shape, [...toFloat32()]];
  });
  expect(views).toEqual([
    ['parameter', [2, 3], [0, 1, 2, 3, 4, 5]],
    ['transposed', [3, 2], [0, 3, 1, 4, 2, 5]],
    ['slice', [2, 3], [8, 9, 10, 14, 15, 16]],
    ['expanded', [2, 3], [1, 2, 3, 1, 2, 3]],
    ['scalar', [], [2.5]],
    ['empty', [0, 3], []],
  ]);
});

test.each(made)('%s: every element type', (_, checkpoint) => {
  const names = ['half', 'bfloat16', 'double', 'long', 'int', 'short', 'char', 'byte', 'bool'];
  const read = names.map((name) => [tensor(checkpoint, name).dtype, [...tensor(checkpoint, name).toFloat64()]]);
  expect(read).toEqual([
    ['F16', [0.0999755859375, -2, 65504, Infinity, 2 ** -24]],
    ['BF16', [0.10009765625, 3.140625]],
    ['F64', [0.1, 1e300]],
    ['I64', [1, -2, 2 ** 40]],
    ['I32', [1, -70_000]],
    ['I16', [1, -300]],
    ['I8', [1, -2]],
    ['U8', [1, 255]],
    ['BOOL', [1, 0]],
  ]);
});

test.each(made)('%s: what is no tensor', (_, checkpoint) => {
  expect(entry(checkpoint, 'size')).toEqual([2, 3]);
  expect(entry(checkpoint, 'device')).toBe('cpu');
  expect(entry(checkpoint, 'defaultdict')).toEqual(new Map([[1, new Map([[2, 3]])]]));
  expect(entry(checkpoint, 'integers')).toEqual([255, 65_535, -5, -100_000, 2 ** 40, -(2 ** 40), 2n ** 70n]);
  expect(entry(checkpoint, 'constants')).toEqual([0.5, null, true, false, []]);
  expect(entry(checkpoint, 'text')).toBe('é'.repeat(300));
});

test('reads a tensor alone', () => {
  const storage = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const value = readPyTorch(
    torchFile(tensorPickle({ storageLength: 4, offset: 1, shape: [3], strides: [1] }), { 0: storage }),
    'x',
  );
  expect([...tensor(value).toFloat32()]).toEqual([2, 3, 4]);
});

test('a tensor may repeat the elements of a smaller storage', () => {
  const file = torchFile(tensorPickle({ storageLength: 2, shape: [2 ** 20], strides: [0] }), {
    0: new Uint8Array(Float32Array.of(7, 8).buffer),
  });
  const read = tensor(readPyTorch(file, 'x'));
  expect(new Set(read.toFloat32())).toEqual(new Set([7]));
});

const published = JSON.parse(readFileSync(here('../fixtures/reference-schedules.json'), 'utf8')) as Record<
  string,
  number[]
>;

// Skips where ../shared is absent: the reference's own files are not committed.
test.skipIf(!existsSync(sharedSchedules)).each([6, 7, 1000])(
  "the reference's %s-step file holds its schedule",
  (count) => {
    const value = readPyTorch(readFileSync(new URL(`${count}iters.pt`, sharedSchedules)), `${count}`);
    const betas = Array.isArray(value)
      ? value.map((beta) => tensor(beta).toFloat32()[0])
      : [...tensor(value).toFloat32()];
    // Published to nine digits, which name one float32.
    expect(betas).toEqual(published[`ivanvovk-${count}`]!.map(Math.fround));
  },
);

test.skipIf(!existsSync(sharedSchedules))("the reference's 25-step file is a list of numbers", () => {
  const betas = readPyTorch(readFileSync(new URL('25iters.pt', sharedSchedules)), '25') as number[];
  expect(betas.map((beta) => Number(beta.toPrecision(9)))).toEqual(published['ivanvovk-25']);
});
