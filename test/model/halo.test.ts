import { afterAll, expect, test } from 'vitest';
import { dependence } from '../../src/graph/dependence.ts';
import { haloFrames } from '../../src/model/halo.ts';
import { loadModel } from '../../src/model/model.ts';
import { buildWaveGrad } from '../../src/model/wavegrad.ts';
import { randomTensor } from '../graph/tensors.ts';
import { tinyCheckpoint } from './tiny.ts';

const FRAMES = 20;
const FRAME = 9;

const model = await loadModel(tinyCheckpoint);
afterAll(() => model.dispose());
const { n_mels: nMels, hop_length: hop } = model.config.data_config;

const mels = randomTensor([nMels, FRAMES], 1).data;
const signal = randomTensor([FRAMES * hop], 2).data;

/** The noise that the network predicts for one frame. */
async function predicted(changed: { readonly mels?: Float32Array; readonly signal?: Float32Array }) {
  const noise = await model.predictNoise({ mels, signal, ...changed, noiseLevels: Float32Array.of(0.5), batch: 1 });
  return noise.slice(FRAME * hop, (FRAME + 1) * hop);
}

const stretches = dependence(
  buildWaveGrad(model.config),
  'noise',
  { first: FRAME * hop, last: (FRAME + 1) * hop - 1 },
  'frames',
);

test('a frame hears the signal from the first to the last sample that the graph names, and nothing beyond', async () => {
  const { first, last } = stretches.get('signal')!;
  const before = await predicted({});
  const beyond = signal.map((y, at) => (at < first || at > last ? y + 5 : y));
  expect(await predicted({ signal: beyond })).toEqual(before);
  // So much that what is left of it after a dozen convolutions shows in a float32.
  for (const at of [first, last]) {
    expect(await predicted({ signal: signal.with(at, signal[at]! + 1e9) })).not.toEqual(before);
  }
});

test('and the mels of the frames that it names', async () => {
  const { first, last } = stretches.get('mels')!;
  const before = await predicted({});
  const within = (at: number) => at % FRAMES >= first && at % FRAMES <= last;
  expect(await predicted({ mels: mels.map((x, at) => (within(at) ? x : x + 5)) })).toEqual(before);
  for (const frame of [first, last]) {
    const changed = mels.map((x, at) => (at % FRAMES === frame ? x + 100 : x));
    expect(await predicted({ mels: changed })).not.toEqual(before);
  }
});

test('the halo covers both, in whole frames', () => {
  const [{ first, last }, ofMels] = [stretches.get('signal')!, stretches.get('mels')!];
  const sides = [FRAME * hop - first, last - (FRAME + 1) * hop + 1].map((samples) => Math.ceil(samples / hop));
  expect(haloFrames(model.config)).toBe(Math.max(...sides, FRAME - ofMels.first, ofMels.last - FRAME));
});
