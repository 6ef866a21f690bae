import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWeightedNetwork, type WeightedNetwork } from '../../src/training/weighted-network.ts';
import { relativeDistance } from '../graph/distance.ts';
import { golden } from '../model/tiny.ts';
import { takeTinyWeights, tinyTraining } from './tiny-training.ts';

let network: WeightedNetwork;
let weights: Float32Array;

beforeAll(async () => {
  const { config, layout } = await tinyTraining();
  network = await createWeightedNetwork(config, {});
  weights = new Float32Array(layout.length);
  takeTinyWeights(weights, layout);
});

afterAll(() => network.dispose());

const predict = (batch: number, from = 'forward') =>
  network.predictNoise({
    signal: golden(`${from}/y`),
    mels: golden(`${from}/mels`),
    noiseLevels: golden(`${from}/noise_level`),
    batch,
  });

test("predicts PyTorch's noise with the weights that it was given last, of any length", async () => {
  network.load(new Float32Array(weights.length));
  expect((await predict(2)).every((x) => x === 0)).toBe(true);
  network.load(weights);
  // The tolerance of the model's own golden test.
  expect(relativeDistance(await predict(2), golden('forward/eps'))).toBeLessThan(1e-5);
  expect(relativeDistance(await predict(1, 'forward_odd'), golden('forward_odd/eps'))).toBeLessThan(1e-5);
});

test('keeps the weights as they were when it was given them', async () => {
  const given = Float32Array.from(weights);
  network.load(given);
  const before = await predict(2);
  given.fill(0);
  expect(await predict(2)).toEqual(before);
});
