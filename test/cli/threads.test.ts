import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { threadsFor } from '../../src/cli/threads.ts';

const cores = availableParallelism();

/** The threads for so many jobs, and what was said. */
function threads(jobs: number | undefined, engine: 'onnxruntime' | 'tensorflow') {
  const said: string[] = [];
  return [threadsFor(jobs, engine, (text) => said.push(text)), said];
}

test('ONNX Runtime runs a job on each core, and no more than that, which is said', () => {
  expect(threads(undefined, 'onnxruntime')).toEqual([cores, []]);
  expect(threads(1, 'onnxruntime')).toEqual([1, []]);
  expect(threads(cores + 1, 'onnxruntime')).toEqual([
    cores,
    [`${cores + 1} jobs were asked for; this machine runs ${cores} at once. The result is the same.`],
  ]);
});

test('TensorFlow.js runs one job, which is said where more were asked for', () => {
  expect(threads(undefined, 'tensorflow')).toEqual([1, []]);
  expect(threads(1, 'tensorflow')).toEqual([1, []]);
  expect(threads(2, 'tensorflow')).toEqual([
    1,
    ['2 jobs were asked for; TensorFlow.js runs one, on all cores or the GPU.'],
  ]);
});
