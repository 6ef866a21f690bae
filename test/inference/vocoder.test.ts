import { afterAll, describe, expect, test } from 'vitest';
import { sample } from '../../src/diffusion/sampler.ts';
import { chunkSizes, chunksOf } from '../../src/inference/chunks.ts';
import { openVocoder, type Synthesis } from '../../src/inference/vocoder.ts';
import { loadModel } from '../../src/model/model.ts';
import { fillNormal } from '../../src/random/noise.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { golden, tinyCheckpoint } from '../model/tiny.ts';

const vocoder = await openVocoder(tinyCheckpoint);
afterAll(() => vocoder.dispose());
const { n_mels: nMels, hop_length: hop } = vocoder.config.data_config;

const noise = (out: Float32Array, k: number): void => {
  fillNormal(out, { seed: 3, purpose: 'inference', clip: 0, replicate: 0, k });
};

function synthesis(frames: number): Synthesis {
  const mels = randomTensor([nMels, frames], frames).data;
  return { mels, betas: [1e-4, 0.01, 0.3], clamp: 'x0', precision: 'float64', noise };
}

test("the reference's own samples come out, by its noise and its float32", async () => {
  const made = await vocoder.synthesise({
    mels: golden('sample/mels'),
    betas: [...golden('diffusion/betas')],
    clamp: 'x0',
    precision: 'float32',
    noise: (out, k) => out.set(golden(`sample/noise_${k}`)),
  });
  // Measured 1.8e-6.
  expect(relativeDistance(made!, golden('sample/y_0'))).toBeLessThan(1e-4);
});

describe('a file in chunks is the whole file', () => {
  // One chunk and a short rest, two chunks and a long one, many; 1e-4 of full scale is what is asked for, and the last digits of float32 what was measured.
  test.each([150, 330, 900])('of %i frames', async (frames) => {
    const { mels, betas, clamp } = synthesis(frames);
    expect(chunksOf(frames, chunkSizes(vocoder.config)).length).toBeGreaterThan(1);
    const made = await vocoder.synthesise(synthesis(frames));
    const model = await loadModel(tinyCheckpoint);
    const samples = frames * hop;
    const whole = await sample({
      predictNoise: model.predictNoise,
      betas,
      mels,
      batch: 1,
      samples,
      noise(k) {
        const out = new Float32Array(samples);
        noise(out, k);
        return out;
      },
      clamp,
    });
    await model.dispose();
    const worst = made!.reduce((most, value, i) => Math.max(most, Math.abs(value - whole[i]!)), 0);
    expect(worst).toBeLessThan(1e-4);
    expect(made).toHaveLength(samples);
  });
});

test('each evaluation of the network is told, and the states of all steps', async () => {
  const frames = 300;
  const states: Float32Array[] = [];
  let calls = 0;
  const made = await vocoder.synthesise({
    ...synthesis(frames),
    onCall: () => calls++,
    onStep: ({ state }) => states.push(state.slice()),
  });
  expect(calls).toBe(3 * chunksOf(frames, chunkSizes(vocoder.config)).length);
  expect(states.map(({ length }) => length)).toEqual([frames * hop, frames * hop, frames * hop]);
  expect(states[2]).toEqual(made);
});

test('cancelled between two chunks of a step, nothing comes and the network is not asked again', async () => {
  let calls = 0;
  const made = await vocoder.synthesise({ ...synthesis(300), onCall: () => calls++, isCancelled: () => calls === 4 });
  expect([made, calls]).toEqual([undefined, 4]);
});
