import { createNodeWriter } from '../node-writer.ts';
import { encodeModel, valueInfo } from '../onnx-file.ts';
import { onnxRuntime } from '../runtime.ts';
import { createValueWriter } from './value-writer.ts';

/** Of signed eight-bit numbers, so that they lie evenly about 0. */
const LARGEST = 127;
/** Two products with 255 fit in 16 bits. */
const HALF = 64;
const CHANNELS = 64;

let known: Promise<number> | undefined;

/**
 * The largest weight whose sums are right on this processor. Without instructions for products of eight-bit numbers (VNNI), ONNX Runtime's kernels for x86 hold
 * the sums of two products in 16 bits, and cut off what does not fit.
 */
export function largestWeight(): Promise<number> {
  known ??= probe();
  return known;
}

/** Convolves the largest numbers there are with the largest weights; what comes out would be half of what it should. */
async function probe(): Promise<number> {
  const writer = createNodeWriter();
  const values = createValueWriter(writer);
  const ones = { step: 1, zero: 0 };
  const sum = CHANNELS * LARGEST * 255;
  const kernel = {
    weights: new Int8Array(CHANNELS * CHANNELS).fill(LARGEST),
    shape: [CHANNELS, CHANNELS, 1] as const,
    steps: new Float32Array(CHANNELS).fill(1),
    biases: new Int32Array(CHANNELS),
  };
  const x = values.fromPlain('x', ones);
  const y = values.convolve(x, kernel, { step: sum / 255, zero: 0 }, { dilation: 1, padding: 0 });
  writer.output('y', values.toPlain(y));
  const shape = [1, CHANNELS, 1, CHANNELS];
  const model = encodeModel({ ...writer.written(), inputs: [valueInfo('x', shape)], outputs: [valueInfo('y', shape)] });
  const { InferenceSession, Tensor } = await onnxRuntime();
  const session = await InferenceSession.create(model, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const result = await session.run({ x: new Tensor('float32', new Float32Array(CHANNELS ** 2).fill(255), shape) });
  await session.release();
  return (result.y!.data as Float32Array).every((got) => got > 0.99 * sum) ? LARGEST : HALF;
}
