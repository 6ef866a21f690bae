import { describe, expect, test } from 'vitest';
import { loadTensorFlow } from '../../../src/engine/tensorflow/load.ts';
import { tensorFlow } from '../engines.ts';

const GPU = '@tensorflow/tfjs-node-gpu';
const CPU = '@tensorflow/tfjs-node';

/** What Node throws where a CommonJS package is missing. */
const missing = (name: string) =>
  Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- /a.js`), { code: 'MODULE_NOT_FOUND' });

/** A require that knows these packages, or why they do not load. */
const requiring = (packages: Readonly<Record<string, object>>) => (name: string) => {
  const found = packages[name] ?? missing(name);
  if (found instanceof Error) throw found;
  return found;
};

/** A package of this version, whose backend says whether it uses a GPU. */
const working = (isUsingGpuDevice: boolean, changes: object = {}) => ({
  ...tensorFlow,
  version: { 'tfjs-node': '4.22.0' },
  backend: () => ({ isUsingGpuDevice }),
  ...changes,
});

const platform = `${process.platform}-${process.arch}`;
const advice =
  `npm install ${GPU}, or ${CPU} without an NVIDIA GPU, gets it for Node 20 to 22 (this is ${process.versions.node}), ` +
  'and meanwhile --engine onnxruntime runs on the CPU, and on GPUs with --device webgpu or cuda';

describe('where one loads', () => {
  test.each([
    ['the package for GPUs comes first', { [GPU]: working(true), [CPU]: working(false) }, GPU, 'gpu'],
    ['that package without a GPU runs on the CPU', { [GPU]: working(false) }, GPU, 'cpu'],
    ['the other is taken where it is missing', { [CPU]: working(false) }, CPU, 'cpu'],
    ['the other is taken where it does not load', { [GPU]: new Error('no CUDA'), [CPU]: working(false) }, CPU, 'cpu'],
  ])('%s', (_, packages, name, device) => {
    const loaded = loadTensorFlow(requiring(packages));
    expect(loaded).toMatchObject({ version: `${name} 4.22.0 ${platform}`, device });
    expect(loaded.tf.add(1, 2).dataSync()[0]).toBe(3);
  });
});

describe('where none loads, one sentence says of each why', () => {
  test.each([
    ['none is installed', {}, `${GPU} is not installed; ${CPU} is not installed`],
    [
      'a library is missing',
      {
        [CPU]: Object.assign(new Error('libtensorflow.so.2: cannot open shared object file\nat …'), {
          code: 'ERR_DLOPEN_FAILED',
        }),
      },
      `${GPU} is not installed; ${CPU} is installed, but does not run (libtensorflow.so.2: cannot open shared object file)`,
    ],
    [
      'a package that it needs is missing',
      { [GPU]: missing('@tensorflow/tfjs') },
      `${GPU} is installed, but does not run (Cannot find module '@tensorflow/tfjs'); ${CPU} is not installed`,
    ],
    [
      'Node lacks what it calls, which only the first operation finds',
      {
        [CPU]: working(false, {
          concat: () => {
            throw new TypeError('(0 , util_1.isNullOrUndefined) is not a function');
          },
        }),
      },
      `${GPU} is not installed; ${CPU} is installed, but does not run ((0 , util_1.isNullOrUndefined) is not a function)`,
    ],
  ])('%s', (_, packages, reasons) => {
    expect(() => loadTensorFlow(requiring(packages))).toThrow(
      new Error(`TensorFlow.js does not start: ${reasons}; ${advice}`),
    );
  });
});
