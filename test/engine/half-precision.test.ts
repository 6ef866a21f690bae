import { beforeAll, describe, expect, test } from 'vitest';
import { lowerToOnnx } from '../../src/engine/onnxruntime/lower.ts';
import { compile } from '../../src/engine/onnxruntime/program.ts';
import type { Tensor } from '../../src/graph/operation.ts';
import { loadConfig } from '../../src/model/load-config.ts';
import { buildLoss } from '../../src/training/loss-graph.ts';
import { relativeDistance } from '../graph/distance.ts';
import { golden, tinyConfig, tinyWeights } from '../model/tiny.ts';

// ONNX Runtime's CPU provider computes what it has no half-precision kernel for in float32 between casts, so every product's inputs and
// results are rounded to half precision here, too.

/** Of float16: 11 bits of mantissa. */
const HALF_ULP = 2 ** -11;

type Outputs = Readonly<Record<string, Tensor>>;

async function run(half: boolean): Promise<Outputs> {
  const program = await compile(buildLoss(await loadConfig(tinyConfig), 'l1'), 'inputs', { half });
  const outputs = await program.run({
    ...Object.fromEntries(tinyWeights()),
    mels: { shape: [2, 80, 12], data: golden('forward/mels') },
    signal: { shape: [2, 3600], data: golden('forward/y') },
    noiseLevels: { shape: [2], data: golden('forward/noise_level') },
    target: { shape: [2, 3600], data: golden('grad/target') },
    share: { shape: [1, 1], data: Float32Array.of(1) },
  });
  await program.dispose();
  return outputs;
}

describe('a training program in half precision', () => {
  let whole: Outputs;
  let half: Outputs;

  beforeAll(async () => {
    [whole, half] = [await run(false), await run(true)];
  });

  test('gives its loss and gradients as float32, near those of float32', () => {
    expect(half.loss!.data[0]! / whole.loss!.data[0]!).toBeCloseTo(1, 3);
    for (const [name, { shape, data }] of Object.entries(whole)) {
      expect(half[name]!.data, name).toBeInstanceOf(Float32Array);
      expect(half[name]!.shape, name).toEqual(shape);
      // Some twenty products follow each other, each with an error of half a unit at the most.
      expect(relativeDistance(half[name]!.data, data), name).toBeLessThan(40 * HALF_ULP);
    }
  });

  test('is not that of float32', () => {
    const distances = Object.keys(whole).map((name) => relativeDistance(half[name]!.data, whole[name]!.data));
    expect(Math.max(...distances)).toBeGreaterThan(HALF_ULP / 10);
  });
});

test('the noise level is encoded in float32: its phases reach 5,000 radians', async () => {
  const model = Buffer.from(lowerToOnnx(buildLoss(await loadConfig(tinyConfig), 'l1'), 'inputs', { half: true }));
  expect(model.includes('Cast')).toBe(true);
  const program = await compile(buildLoss(await loadConfig(tinyConfig), 'l1'), 'inputs', { half: true });
  const weights = tinyWeights();
  const rest = {
    ...Object.fromEntries(weights),
    mels: { shape: [1, 80, 1], data: new Float32Array(80) },
    signal: { shape: [1, 300], data: new Float32Array(300) },
    target: { shape: [1, 300], data: new Float32Array(300) },
    share: { shape: [1, 1], data: Float32Array.of(1) },
  };
  const loss = async (level: number) =>
    (await program.run({ ...rest, noiseLevels: { shape: [1], data: Float32Array.of(level) } })).loss!.data[0]!;
  // Both are 0.5 in float16, whose next number is 0.50049; 2e-4 more is a whole radian of the fastest phase.
  expect(await loss(0.5002)).not.toBeCloseTo(await loss(0.5), 6);
  await program.dispose();
});
