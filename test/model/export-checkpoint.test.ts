import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import { writePyTorch } from '../../src/formats/pytorch-writer.ts';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { exportCheckpoint, holdsModel } from '../../src/model/export-checkpoint.ts';
import { importCheckpoint } from '../../src/model/import-checkpoint.ts';
import { HAS_PYTORCH, python } from '../pytorch-peer.ts';
import { tinyCheckpoint, tinyConfig, tinyWeights, trainingCheckpoint } from './tiny.ts';

const PEER = fileURLToPath(new URL('../../../shared/peer/', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'wavegrad-export-'));
const training = join(folder, 'training.pt');
const out = join(folder, 'out.pt');

afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  copyFileSync(tinyConfig, join(folder, 'config.json'));
  writeFileSync(training, trainingCheckpoint({ prefix: 'module.' }));
});

/** Names in order, shapes and the bits of the data. */
function bits(tensors: Iterable<readonly [string, Pick<Tensor, 'shape' | 'toFloat32'>]>): unknown[] {
  return [...tensors].map(([name, { shape, toFloat32 }]) => [
    name,
    shape,
    Buffer.from(toFloat32().buffer).toString('hex'),
  ]);
}

const sorted = (rows: unknown[]) => rows.toSorted((a, b) => (String(a) < String(b) ? -1 : 1));

const tinyBits = () =>
  sorted(bits([...tinyWeights()].map(([name, { shape, data }]) => [name, { shape, toFloat32: () => data }])));

describe('a .pt', () => {
  test('holds the weights under "model" and the iteration, and no buffers', async () => {
    const { parameterCount, iteration, source, bytes } = await exportCheckpoint(training, out);
    const saved = readPyTorch(readFileSync(out), 'out.pt') as Map<string, unknown>;
    expect([...saved.keys()]).toEqual(['model', 'iteration']);
    expect(sorted(bits(saved.get('model') as Map<string, Tensor>))).toEqual(tinyBits());
    expect([parameterCount, iteration, saved.get('iteration')]).toEqual([26_069, 70_000, 70_000]);
    expect([source, bytes]).toEqual([training, readFileSync(out).length]);
  });

  test('has no iteration where it is not known', async () => {
    await exportCheckpoint(tinyCheckpoint, out);
    expect([...(readPyTorch(readFileSync(out), 'out.pt') as Map<string, unknown>).keys()]).toEqual(['model']);
  });

  test.skipIf(!HAS_PYTORCH)('is loaded by PyTorch with equal names, shapes and bits (needs PyTorch)', async () => {
    await exportCheckpoint(training, out);
    const program = `
import sys, json, torch
saved = torch.load(sys.argv[1])
assert all(tensor.dtype == torch.float32 for tensor in saved['model'].values())
print(json.dumps([saved['iteration'], [[n, list(t.shape), t.numpy().tobytes().hex()] for n, t in saved['model'].items()]]))
`;
    const [iteration, weights] = python(program, out) as [number, unknown[]];
    expect(sorted(weights)).toEqual(tinyBits());
    expect(iteration).toBe(70_000);
  });

  test.skipIf(!HAS_PYTORCH || !existsSync(PEER))(
    "is what a network of the reference's names loads, with strict=True (needs PyTorch and ../shared)",
    async () => {
      await exportCheckpoint(training, out);
      const program = `
import sys, json, torch
sys.path.insert(0, sys.argv[1])
from wavegrad_torch import WaveGrad, load_config
model = WaveGrad(load_config(sys.argv[2]))
keys = model.load_state_dict(torch.load(sys.argv[3])['model'], strict=True)
weights = {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
print(json.dumps([keys.missing_keys, keys.unexpected_keys, weights]))
`;
      const shapes = Object.fromEntries([...tinyWeights()].map(([name, { shape }]) => [name, shape]));
      expect(python(program, PEER, tinyConfig, out)).toEqual([[], [], shapes]);
    },
  );
});

test('a .safetensors holds the weights and the iteration', async () => {
  const path = join(folder, 'out.safetensors');
  await exportCheckpoint(training, path);
  const { tensors, metadata } = readSafetensors(readFileSync(path), path);
  expect(sorted(bits(tensors))).toEqual(tinyBits());
  expect(metadata).toEqual({ format: 'pt', iteration: '70000' });
});

test.each(['.pt', '.safetensors'])(
  'import, export as %s and import give the same weights, bit for bit',
  async (ending) => {
    const first = await importCheckpoint(training);
    const home = join(folder, `home${ending}`);
    mkdirSync(home);
    copyFileSync(tinyConfig, join(home, 'config.json'));
    writeFileSync(join(home, 'model.safetensors'), first.weights);
    const exported = join(folder, `round${ending}`);
    await exportCheckpoint(home, exported);
    const again = await importCheckpoint(exported);
    const tensorsOf = ({ weights }: { weights: Uint8Array }) => bits(readSafetensors(weights, 'x').tensors);
    expect(tensorsOf(again)).toEqual(tensorsOf(first));
    expect(sorted(tensorsOf(again))).toEqual(tinyBits());
    expect([again.iteration, again.parameterCount]).toEqual([70_000, 26_069]);
  },
);

test('a checkpoint that does not fit leaves the file that is there', async () => {
  const other = join(folder, 'other.pt');
  writeFileSync(other, writePyTorch(new Map([['generator.weight', { shape: [1], data: Float32Array.of(1) }]])));
  writeFileSync(out, 'as it was');
  await expect(exportCheckpoint(other, out)).rejects.toThrow(/^.*other\.pt: expected tensors by the names of ivanvovk/);
  expect(readFileSync(out, 'utf8')).toBe('as it was');
});

test.each(['out.npy', 'out'])('%s is no name for a model', async (name) => {
  await expect(exportCheckpoint(training, join(folder, name))).rejects.toThrow(
    / expected a name that ends in \.pt or \.safetensors, got (\.npy|none)$/,
  );
});

test('a folder in the way is said with the path', async () => {
  const path = join(folder, 'folder.pt');
  mkdirSync(path);
  const refused = await exportCheckpoint(training, path).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(InputError);
  expect((refused as InputError).message.startsWith(`${path}: cannot be written: `)).toBe(true);
});

describe('what holds a model', () => {
  const file = (name: string, bytes: string | Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const tensor = { shape: [2], data: Float32Array.of(0.1, 0.2) };

  test.each([
    ['a folder', () => folder],
    ['a training checkpoint', () => training],
    ['a safetensors file, by its ending', () => file('any.safetensors', '')],
    ['a state dict', () => file('state.pt', writePyTorch(new Map([['conv.weight', tensor]])))],
    [
      'a state dict under model',
      () => file('under.pt', writePyTorch(new Map([['model', new Map([['conv.weight', tensor]])]]))),
    ],
    ['a PyTorch file larger than any schedule', () => file('large.pt', new Uint8Array(2 ** 24 + 1))],
  ])('%s does', async (_, path) => {
    expect(await holdsModel(path())).toBe(true);
  });

  test.each([
    ['a tensor that PyTorch saved', () => file('tensor.pt', writePyTorch(tensor))],
    ['a dictionary of betas', () => file('betas.pt', writePyTorch(new Map([['betas', tensor]])))],
    ['a list that PyTorch saved', () => file('list.pt', writePyTorch([0.1, 0.2]))],
    ["numpy's archive", () => file('archive.npz', writePyTorch(new Map([['a', tensor]])))],
    ['JSON', () => file('schedule.json', '[0.1]')],
    ['a preset', () => 'ivanvovk-6'],
    ['a Python list', () => '[1e-6, 2e-5]'],
  ])('%s does not', async (_, path) => {
    expect(await holdsModel(path())).toBe(false);
  });

  test('a folder called like a schedule does not', async () => {
    expect(await holdsModel(folder, ['ivanvovk-6', folder])).toBe(false);
    expect(await holdsModel(folder, ['ivanvovk-6'])).toBe(true);
  });
});
