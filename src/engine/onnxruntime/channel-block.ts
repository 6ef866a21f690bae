import type { InferenceSession } from 'onnxruntime-node';
import { encodeModel, valueInfo } from './onnx-file.ts';
import { onnxRuntime } from './runtime.ts';

/** A whole number of blocks of any size there is (8 or 16, as the processor has it). */
const CHANNELS = 64;

let known: Promise<number | undefined> | undefined;

/** How many channels ONNX Runtime's blocked kernels hold side by side on this processor; undefined where it has none. */
export function channelBlock(): Promise<number | undefined> {
  known ??= probe();
  return known;
}

/** Blocks two samples of each channel. The second sample of the first channel then follows the first one of the last channel of a block. */
async function probe(): Promise<number | undefined> {
  const shape = [1, CHANNELS, 1, 2];
  const node = { op_type: 'ReorderInput', domain: 'com.microsoft.nchwc', name: 'probe', input: ['x'], output: ['y'] };
  const [inputs, outputs] = [[valueInfo('x', shape)], [valueInfo('y', shape)]];
  const { InferenceSession, Tensor } = await onnxRuntime();
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(encodeModel({ nodes: [node], initializers: [], inputs, outputs }), {
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
    });
  } catch {
    return undefined;
  }
  const x = Float32Array.from({ length: 2 * CHANNELS }, (_, i) => i);
  const { y } = await session.run({ x: new Tensor('float32', x, shape) });
  await session.release();
  const block = (y!.data as Float32Array).indexOf(1);
  return block > 1 && CHANNELS % block === 0 ? block : undefined;
}
