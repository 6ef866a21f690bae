import { expect, test } from 'vitest';
import { workerEntry } from '../../src/pool/worker-entry.ts';

test("a worker's module is of the same kind as the one that asks", () => {
  expect(workerEntry('clip-worker', 'file:///a/src/corpus.ts').href).toBe('file:///a/src/clip-worker.ts');
  expect(workerEntry('clip-worker', 'file:///a/dist/corpus.js').href).toBe('file:///a/dist/clip-worker.js');
});
