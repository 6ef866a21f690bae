import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeNpy } from '../../src/formats/npy.ts';
import { writePyTorch } from '../../src/formats/pytorch-writer.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { readNoise } from '../../src/inference/noise-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'noise-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const data = Float32Array.from({ length: 6 }, (_, i) => i / 8 - 0.4);
const wanted = { steps: 2, samples: 3 };

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test.each([
  ['a.npy', writeNpy({ shape: [2, 3], data })],
  ['b.pt', writePyTorch({ shape: [2, 1, 3], data })],
  ['c.safetensors', writeSafetensors(new Map([['noise', { shape: [2, 3], data }]]))],
])('%s has a row for each step', async (name, bytes) => {
  expect(await readNoise(file(name, bytes), wanted)).toEqual(data);
});

test.each([
  ['short.npy', writeNpy({ shape: [3, 2], data }), 'expected noise for 2 steps of 3 samples, [2, 3], got [3, 2]'],
  ['flat.npy', writeNpy({ shape: [6], data }), 'expected noise for 2 steps of 3 samples, [2, 3], got [6]'],
  ['list.pt', writePyTorch([1, 2]), 'expected a tensor [steps, samples], got something else'],
  ['nan.npy', writeNpy({ shape: [2, 3], data: data.with(4, Number.NaN) }), 'expected finite noise, got NaN at 4'],
  [
    'text.txt',
    'noise',
    'expected noise as .pt, .npy, .npz or .safetensors file, got a file that begins with 6e 6f 69 73',
  ],
])('%s is refused', async (name, bytes, sentence) => {
  const path = file(name, bytes);
  await expect(readNoise(path, wanted)).rejects.toThrow(`${path}: ${sentence}`);
});
