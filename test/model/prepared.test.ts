import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel, type Model, openPrepared, prepareModel } from '../../src/model/model.ts';
import { golden, tinyCheckpoint } from './tiny.ts';

const options = { sizes: { frames: 12 } };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prepared-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function predict(model: Model) {
  const [signal, mels, noiseLevels] = ['y', 'mels', 'noise_level'].map((name) => golden(`forward/${name}`));
  return model.predictNoise({ signal: signal!, mels: mels!, noiseLevels: noiseLevels!, batch: 2 });
}

test('a network that was prepared is the same, bit for bit, whoever opens it, and needs its files no more', async () => {
  const { frames } = options.sizes;
  expect(golden('forward/mels')).toHaveLength(2 * 80 * frames);
  const loaded = await loadModel(tinyCheckpoint, undefined, options);
  const expected = await predict(loaded);
  await prepareModel(folder, tinyCheckpoint, undefined, options);
  expect(readdirSync(folder).toSorted()).toEqual(['before.onnx', 'before.weights', 'rest.onnx', 'rest.weights']);
  const [one, two] = await Promise.all([1, 2].map(() => openPrepared(folder, tinyCheckpoint, undefined, options)));
  rmSync(folder, { recursive: true });
  expect(await predict(one!)).toEqual(expected);
  expect(await predict(two!)).toEqual(expected);
  expect(one!.parameterCount).toBe(loaded.parameterCount);
  await Promise.all([loaded, one!, two!].map((model) => model.dispose()));
});

test('what is not there is not opened', async () => {
  await expect(openPrepared(join(folder, 'nothing'), tinyCheckpoint, undefined, options)).rejects.toThrow(
    'ONNX Runtime does not start on cpu: ',
  );
});

test('of other lengths than it was loaded for it says so', async () => {
  const model = await loadModel(tinyCheckpoint, undefined, { sizes: { frames: 5 } });
  await expect(predict(model)).rejects.toThrow(
    new RangeError('predictNoise: mels of 5 frames were expected, as the model was loaded for, got 12'),
  );
  await model.dispose();
});
