import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import { type PyTorchInput, writePyTorch } from '../../src/formats/pytorch-writer.ts';
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

/** The norms of the loss's gradients by each parameter, from the same run as the goldens `grad/…`. */
export function tinyGradientNorms(): Readonly<Record<string, number>> {
  return readJson(fixture('reference-tiny/grad_norms.json')) as Record<string, number>;
}

/** The checkpoint's state dict, decoded. */
export function tinyWeights(): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const top = readPyTorch(readFileSync(tinyCheckpoint), 'tiny') as Map<string, Map<string, Tensor>>;
  return new Map([...top.get('model')!].map(([name, { shape, toFloat32 }]) => [name, { shape, data: toFloat32() }]));
}

/** The betas of a six-step schedule, as float32. */
export const bufferedBetas = Float32Array.of(1e-6, 2e-5, 3e-4, 4e-3, 5e-2, 0.6);

/**
 * A checkpoint as the reference's training saves it: schedule buffers beside the weights, Adam's state, the iteration.
 * `prefix` stands before every name of the state dict, as DistributedDataParallel puts `module.`.
 */
export function trainingCheckpoint({ prefix = '', betas = bufferedBetas } = {}): Uint8Array {
  const alphas = betas.map((beta) => 1 - beta);
  const buffers = { betas, alphas, sqrt_alphas_cumprod: alphas.map((_, i) => Math.sqrt(product(alphas, i + 1))) };
  const weights = tinyWeights();
  const state = [
    ...Object.entries(buffers).map(([name, data]) => [name, { shape: [data.length], data }] as const),
    ...weights,
  ];
  const moments = [...weights.values()].map(({ shape, data }, i) => {
    const average = { shape, data: data.map((value) => value / 7) };
    return [
      i,
      new Map<string, PyTorchInput>([
        ['step', 70_000],
        ['exp_avg', average],
        ['exp_avg_sq', average],
      ]),
    ] as const;
  });
  const group = new Map<string, PyTorchInput>([
    ['lr', 1e-3],
    ['betas', [0.9, 0.999]],
    ['params', moments.map(([i]) => i)],
  ]);
  return writePyTorch(
    new Map<string, PyTorchInput>([
      ['iteration', 70_000],
      ['model', new Map(state.map(([name, tensor]) => [`${prefix}${name}`, tensor]))],
      [
        'optimizer',
        new Map<string, PyTorchInput>([
          ['state', new Map(moments)],
          ['param_groups', [group]],
        ]),
      ],
    ]),
  );
}

function product(values: Float32Array, count: number): number {
  return values.subarray(0, count).reduce((total, value) => total * value, 1);
}
