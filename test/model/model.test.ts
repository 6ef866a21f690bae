import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/model/config.ts';
import { loadModel, type Model } from '../../src/model/model.ts';
import { buildWaveGrad } from '../../src/model/wavegrad.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { defaultConfig, golden, readJson, tinyCheckpoint } from './tiny.ts';

const HOP = 300;
const MELS = 80;

let model: Model;

beforeAll(async () => {
  model = await loadModel(tinyCheckpoint);
});

afterAll(() => model.dispose());

describe('the network', () => {
  // Measured 1.8e-6; what is beyond float32's rounding comes from sines of up to 5,000 rad.
  test.each([
    ['two noise levels in one batch', 'forward', 2],
    ['an odd number of frames', 'forward_odd', 1],
  ])('predicts what the reference does: %s', async (_, name, batch) => {
    const predicted = await model.predictNoise({
      signal: golden(`${name}/y`),
      mels: golden(`${name}/mels`),
      noiseLevels: golden(`${name}/noise_level`),
      batch,
    });
    expect(relativeDistance(predicted, golden(`${name}/eps`))).toBeLessThan(1e-4);
  });

  test.each([1, 7, 12])('predicts each row of a batch as if it were alone, with %i frames', async (frames) => {
    const batch = 3;
    const signal = randomTensor([batch, frames * HOP], 1).data;
    const mels = randomTensor([batch, MELS, frames], 2).data;
    const noiseLevels = Float32Array.of(0.99, 0.6, 0.1);
    const together = await model.predictNoise({ signal, mels, noiseLevels, batch });
    expect(together).toHaveLength(batch * frames * HOP);
    for (let row = 0; row < batch; row++) {
      const alone = await model.predictNoise({
        signal: signal.slice(row * frames * HOP, (row + 1) * frames * HOP),
        mels: mels.slice(row * frames * MELS, (row + 1) * frames * MELS),
        noiseLevels: noiseLevels.slice(row, row + 1),
        batch: 1,
      });
      const part = together.subarray(row * frames * HOP, (row + 1) * frames * HOP);
      expect(relativeDistance(part, alone)).toBeLessThan(1e-5);
    }
  });

  test('listens to each of its inputs', async () => {
    const input = {
      signal: golden('forward_odd/y'),
      mels: golden('forward_odd/mels'),
      noiseLevels: golden('forward_odd/noise_level'),
      batch: 1,
    };
    const expected = golden('forward_odd/eps');
    for (const name of ['signal', 'mels', 'noiseLevels'] as const) {
      const changed = await model.predictNoise({ ...input, [name]: input[name].map((x) => 0.9 * x) });
      expect(relativeDistance(changed, expected)).toBeGreaterThan(1e-3);
    }
  });

  test.each([
    ['mels that are no whole number of frames', { mels: new Float32Array(MELS + 1) }, '81, 300 and 1'],
    ['no frames', { mels: new Float32Array(0), signal: new Float32Array(0) }, '0, 0 and 1'],
    ['a signal of another length', { signal: new Float32Array(HOP - 1) }, '80, 299 and 1'],
    ['a level too many', { noiseLevels: new Float32Array(2) }, '80, 300 and 2'],
  ])('refuses %s with what it takes and what came', async (_, wrong, came) => {
    const fits = {
      signal: new Float32Array(HOP),
      mels: new Float32Array(MELS),
      noiseLevels: new Float32Array(1),
      batch: 1,
    };
    await expect(model.predictNoise({ ...fits, ...wrong })).rejects.toThrow(
      new RangeError(
        `predictNoise: a batch of 1 takes 1·80·frames mels, 1·frames·300 samples and 1 levels, got ${came}`,
      ),
    );
  });
});

describe('the number of parameters', () => {
  test('is 26,069 for the tiny network', () => {
    expect(model.parameterCount).toBe(26_069);
  });

  test("is 15,810,401 for the reference's default configuration", () => {
    const graph = buildWaveGrad(parseConfig(readJson(defaultConfig), 'default-config.json'));
    const sizes = graph.parameters().map(({ shape }) => shape.reduce((product, size) => product * size, 1));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(15_810_401);
  });
});
