import type { InferredOptionTypes, Options } from 'yargs';
import { DEVICES, ENGINES } from '../engine/engine.ts';
import { DEVICE_CHOICES } from '../search/choose-device.ts';
import { UsageError } from './command.ts';

/** What runs the network, and where. */
export const ENGINE_FLAGS = {
  engine: {
    choices: ENGINES,
    default: ENGINES[0],
    describe: 'What runs the network; tensorflow wants @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node installed',
  },
  device: {
    choices: DEVICE_CHOICES,
    default: DEVICES[0],
    describe:
      'Where ONNX Runtime runs the network; auto: where it is fastest; TensorFlow.js runs where its package does',
  },
} as const satisfies Record<string, Options>;

/** @throws UsageError for a device beside TensorFlow.js, which takes none */
export function checkDevice({
  engine,
  device,
}: {
  readonly engine: InferredOptionTypes<typeof ENGINE_FLAGS>['engine'];
  readonly device: string;
}): void {
  if (engine !== 'tensorflow' || device === DEVICES[0]) return;
  throw new UsageError(
    `--device ${device} goes with --engine onnxruntime; --engine tensorflow runs on the GPU with @tensorflow/tfjs-node-gpu, else on the CPU`,
  );
}
