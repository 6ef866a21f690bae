import { createRequire } from 'node:module';
import type { TensorFlow } from './operation.ts';

/** By preference. The first runs on an NVIDIA GPU where it finds one. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/**
 * Version 4.22.0 of both calls util.isNullOrUndefined, which Node 23 removed; that is put right in their repository
 * (https://github.com/tensorflow/tfjs/pull/8425), and not released.
 */
const NODE_VERSIONS = 'Node 20 to 22';

/** What both export beside the operations. */
type NodePackage = TensorFlow & { readonly version: { readonly 'tfjs-node': string } };

export interface LoadedTensorFlow {
  readonly tf: TensorFlow;
  /** The package, its version and the platform. */
  readonly version: string;
  /** Where it runs. */
  readonly device: 'cpu' | 'gpu';
}

/**
 * Loads the first of TensorFlow.js's packages for Node that is installed and runs.
 *
 * @param requirePackage gives what a package exports, by its name; default: Node's own, since both are CommonJS
 * @throws Error in one sentence where none does: why not, how to get one, and what runs meanwhile
 */
export function loadTensorFlow(
  requirePackage: (name: string) => unknown = createRequire(import.meta.url),
): LoadedTensorFlow {
  const failures: string[] = [];
  for (const name of PACKAGES) {
    try {
      return started(name, requirePackage(name) as NodePackage);
    } catch (error) {
      failures.push(failureOf(name, error as NodeJS.ErrnoException));
    }
  }
  throw new Error(
    `TensorFlow.js does not start: ${failures.join('; ')}; npm install ${PACKAGES[0]}, or ${PACKAGES[1]} without an NVIDIA GPU, ` +
      `gets it for ${NODE_VERSIONS} (this is ${process.versions.node}), and meanwhile --engine onnxruntime runs on the CPU, ` +
      'and on GPUs with --device webgpu or cuda',
  );
}

function started(name: string, tf: NodePackage): LoadedTensorFlow {
  // What a version of Node lacks is missed by the first operation, not before; this one takes a list, as what lacks it does.
  tf.tidy(() => tf.concat([tf.tensor1d([0]), tf.tensor1d([1])]).dataSync());
  const { isUsingGpuDevice } = tf.backend() as ReturnType<TensorFlow['backend']> & {
    readonly isUsingGpuDevice: boolean;
  };
  return {
    tf,
    version: `${name} ${tf.version['tfjs-node']} ${process.platform}-${process.arch}`,
    device: isUsingGpuDevice ? 'gpu' : 'cpu',
  };
}

function failureOf(name: string, { code, message }: NodeJS.ErrnoException): string {
  const [reason] = message.split('\n');
  // The code is the same where a package is there and another one that it needs is not.
  if (code === 'MODULE_NOT_FOUND' && reason!.includes(`'${name}'`)) return `${name} is not installed`;
  return `${name} is installed, but does not run (${reason!.trim()})`;
}
