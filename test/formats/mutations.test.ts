import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../src/formats/npy.ts';
import { readNpz, writeNpz } from '../../src/formats/npz.ts';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import { writePyTorch } from '../../src/formats/pytorch-writer.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { storedZipEntries } from '../../src/formats/zip-entries.ts';
import { survivesMutations } from '../mutations.ts';
import { torchFile } from './torch-file.ts';
import { decodeAll } from './values.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const data = Float32Array.from({ length: 12 }, (_, i) => i / 7);

// The last two are of fixtures/README.md.
const pyTorchFiles: [string, Uint8Array][] = [
  ['a list of numbers', writePyTorch([1e-6, 2e-5, 0.5])],
  ['a list of tensors', writePyTorch([...data].map((number) => ({ shape: [], data: Float32Array.of(number) })))],
  ['a tensor', writePyTorch({ shape: [3, 4], data })],
  ['a checkpoint with its optimizer', fixture('torch-1.13.pt')],
  ['a checkpoint of protocol 4', fixture('torch-1.13-protocol-4.pt')],
];

test.each(pyTorchFiles)('PyTorch: %s', async (_, file) => {
  const refused = await survivesMutations([file], (bytes) => decodeAll(readPyTorch(bytes, 'x.pt')));
  expect(refused).toBeGreaterThan(500);
});

// Of a damaged file the checksum tells. Of a hostile one it is right, so the pickle is damaged and packed again.
test.each(pyTorchFiles)('PyTorch, checksums made to fit: %s', async (_, file) => {
  const entries = [...storedZipEntries(file, 'x.pt')];
  const pickle = entries.find(([name]) => name.endsWith('/data.pkl'))![1];
  const storages = entries.flatMap(([name, bytes]) => {
    const key = /\/data\/(.+)$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, bytes] as const];
  });
  const refused = await survivesMutations([pickle], (bytes) =>
    decodeAll(readPyTorch(torchFile(bytes, Object.fromEntries(storages)), 'x.pt')),
  );
  expect(refused).toBeGreaterThan(500);
});

test('safetensors', async () => {
  const file = writeSafetensors(
    new Map([
      ['weight', { shape: [3, 4], data }],
      ['bias', { shape: [12], data, dtype: 'F16' }],
    ]),
    { format: 'pt' },
  );
  const refused = await survivesMutations([file], (bytes) =>
    decodeAll([...readSafetensors(bytes, 'x.safetensors').tensors.values()]),
  );
  expect(refused).toBeGreaterThan(500);
});

test('.npy of numbers', async () => {
  const files = [writeNpy({ shape: [3, 4], data }), writeNpy({ shape: [2], data: Float64Array.of(1, 2) })];
  const refused = await survivesMutations(files, (bytes) => decodeAll(readNpy(bytes, 'x.npy')));
  expect(refused).toBeGreaterThan(500);
});

test.each([2, 3, 4])('.npy of objects, protocol %i', async (protocol) => {
  const file = fixture(`numpy-1.24-protocol-${protocol}.npy`);
  const refused = await survivesMutations([file], (bytes) => decodeAll(readNpy(bytes, 'x.npy')));
  expect(refused).toBeGreaterThan(500);
});

test('.npz, stored and deflated', async () => {
  const own = writeNpz(new Map([['beta', { shape: [12], data }]]));
  const files = [fixture('numpy-1.24.npz'), fixture('numpy-1.24-compressed.npz'), own];
  const refused = await survivesMutations(files, (bytes) => decodeAll([...readNpz(bytes, 'x.npz').values()]));
  expect(refused).toBeGreaterThan(500);
});
