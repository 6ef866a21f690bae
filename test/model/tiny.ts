import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import type { Tensor } from '../../src/formats/tensor.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** The reference's architecture with 26,069 parameters, as PyTorch wrote it. */
export const tinyCheckpoint = fixture('reference-tiny/checkpoint.pt');
export const tinyConfig = fixture('reference-tiny/config.json');
export const defaultConfig = fixture('default-config.json');

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

let goldens: Record<string, { shape: number[]; data: number[] }> | undefined;

/** What the reference computes with that checkpoint (PyTorch 1.13, one thread), rows one after another. */
export function golden(name: string): Float32Array {
  goldens ??= readJson(fixture('reference-tiny/golden.json')) as NonNullable<typeof goldens>;
  const tensor = goldens[name];
  if (tensor === undefined) throw new RangeError(`no golden tensor is called ${name}`);
  return Float32Array.from(tensor.data);
}

/** The checkpoint's state dict, decoded. */
export function tinyWeights(): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const top = readPyTorch(readFileSync(tinyCheckpoint), 'tiny') as Map<string, Map<string, Tensor>>;
  return new Map([...top.get('model')!].map(([name, { shape, toFloat32 }]) => [name, { shape, data: toFloat32() }]));
}
