import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { lowerToOnnx } from '../../src/engine/onnxruntime/lower.ts';
import { compile } from '../../src/engine/onnxruntime/program.ts';
import { float16ToNumber, float32ToFloat16 } from '../../src/formats/half.ts';
import { evaluateStep, Graph, type Value } from '../../src/graph/graph.ts';
import type { Tensor } from '../../src/graph/operation.ts';
import { OPERATIONS, type OperationName } from '../../src/graph/operations/index.ts';
import { loadConfig } from '../../src/model/load-config.ts';
import { buildLoss } from '../../src/training/loss-graph.ts';
import { relativeDistance } from '../graph/distance.ts';
import { CASES } from '../graph/operations/cases.ts';
import { tensorsFor } from '../graph/operations/operands.ts';
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

/** A float32 number as float16 holds it. */
const rounded = (x: number) => float16ToNumber(float32ToFloat16(x));

/** The same value as the result of a product in half precision: of a convolution of [batch, channels, time] with the identity. */
function throughHalf(graph: Graph, value: Value): Value {
  const missing = [[], [0, 1], [1], []][value.shape.length]!;
  const signal = missing.reduce<Value>((x, axis) => graph.apply({ name: 'unsqueeze', attributes: { axis } }, x), value);
  const channels = signal.shape[1] as number;
  const identity = Float32Array.from({ length: channels ** 2 }, (_, i) => (i % (channels + 1) === 0 ? 1 : 0));
  const kernel = graph.constant(identity, [channels, channels, 1]);
  const product = graph.apply({ name: 'conv1d', attributes: { dilation: 1 } }, signal, kernel);
  return missing.reduceRight((x, axis) => graph.apply({ name: 'squeeze', attributes: { axis } }, x), product);
}

// ONNX has no node whose inputs differ in precision: a session with one does not start, on any device.
test.each(Object.keys(OPERATIONS) as OperationName[])('%s takes inputs that are in half precision', async (name) => {
  await fc.assert(
    fc.asyncProperty(CASES[name].fitting, fc.nat(1e6), async (operands, seed) => {
      const tensors = tensorsFor(operands, seed).map(({ shape, data }) => ({ shape, data: data.map(rounded) }));
      const graph = new Graph();
      const inputs = operands.shapes.map((shape, i) => throughHalf(graph, graph.input(`x${i}`, shape)));
      graph.output('result', graph.apply(operands.step, ...inputs));
      const program = await compile(graph, 'inputs', { half: true });
      const { result } = await program.run(Object.fromEntries(tensors.map((tensor, i) => [`x${i}`, tensor])));
      await program.dispose();
      const expected = evaluateStep(operands.step, tensors);
      expect(result!.shape).toEqual(expected.shape);
      expect(result!.data).toBeInstanceOf(Float32Array);
      // What is in half precision has three roundings at the most: of each product, of their sum, and of a bias.
      expect(relativeDistance(result!.data, expected.data)).toBeLessThan(4 * HALF_ULP);
    }),
    { numRuns: 15 },
  );
});
