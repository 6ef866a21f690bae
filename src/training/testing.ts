import { createMelFrontEnd } from '../audio/mel.ts';
import { type PredictNoise, sample } from '../diffusion/sampler.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { fillNormal } from '../random/noise.ts';
import { addNoise } from './noise-levels.ts';
import { noiseSchedule, type TrainingConfig } from './training-config.ts';

/** Noise levels that the loss of a recording is the mean of. */
const VALIDATION_LEVELS = 16;

/** What is taken of a recording for a test, from its start, unless a segment is longer. */
const MOST_TEST_SAMPLES = 72_000;

/** The loss of a recording as a sum, so that recordings of other lengths count by their samples. */
export interface ValidationSum {
  readonly sum: number;
  readonly samples: number;
}

/** What a recording generated from its own mel is like. */
export interface Generated {
  readonly truth: Float32Array;
  readonly samples: Float32Array;
  /** Mean absolute difference of the samples. */
  readonly waveformL1: number;
  /** Mean absolute difference of the log10 mels. */
  readonly melL1: number;
  /** log10 mels [n_mels, frames]. */
  readonly mels: { readonly truth: Float32Array; readonly generated: Float32Array };
  /** Wall-clock seconds that sampling took. */
  readonly seconds: number;
}

/** What a test of a network on one recording is made of. */
export function createTests(config: WaveGradConfig, training: TrainingConfig, predictNoise: PredictNoise) {
  const { hop_length: hop } = config.data_config;
  const frontEnd = createMelFrontEnd(config.data_config);
  const { levels } = noiseSchedule(training.trainingNoiseSchedule);
  const { betas } = noiseSchedule(training.testNoiseSchedule);
  const { seed } = training;

  /** The start of a recording, in whole hops, at least a segment long: a shorter one is followed by zeros. */
  function beginning(recording: Float32Array): Float32Array {
    const most = Math.max(MOST_TEST_SAMPLES, training.segmentLength);
    const whole = Math.floor(Math.min(most, recording.length) / hop) * hop;
    const samples = new Float32Array(Math.max(whole, training.segmentLength));
    samples.set(recording.subarray(0, whole));
    return samples;
  }

  return {
    /**
     * The loss of the `clip`-th recording at 16 noise levels ℓ_n spread evenly over the training schedule's steps, with noise that is
     * the same in every test.
     */
    async validate(recording: Float32Array, clip: number): Promise<ValidationSum> {
      const clean = beginning(recording);
      const mels = frontEnd.logMel(clean).data;
      const noise = new Float32Array(clean.length);
      const signal = new Float32Array(clean.length);
      let sum = 0;
      for (let k = 0; k < VALIDATION_LEVELS; k++) {
        const n = Math.max(1, Math.floor(((k + 0.5) * levels.length) / VALIDATION_LEVELS));
        const level = levels[n - 1]!;
        fillNormal(noise, { seed, purpose: 'validation', clip, replicate: 0, k });
        addNoise(signal, clean, noise, level, 0);
        const predicted = await predictNoise({ signal, mels, noiseLevels: Float32Array.of(level), batch: 1 });
        for (let i = 0; i < noise.length; i++) {
          const error = noise[i]! - predicted[i]!;
          sum += training.loss === 'l1' ? Math.abs(error) : error * error;
        }
      }
      return { sum, samples: VALIDATION_LEVELS * clean.length };
    },

    /** Generates the start of the `clip`-th recording from its mel with the test schedule. */
    async generate(recording: Float32Array, clip: number): Promise<Generated> {
      const truth = beginning(recording);
      const mels = frontEnd.logMel(truth).data;
      const noise = (k: number) =>
        fillNormal(new Float32Array(truth.length), { seed, purpose: 'validation', clip, replicate: 1, k });
      const begin = performance.now();
      const samples = await sample({ predictNoise, betas, mels, batch: 1, samples: truth.length, noise });
      const seconds = (performance.now() - begin) / 1000;
      const generated = frontEnd.logMel(samples).data;
      const [waveformL1, melL1] = [meanDistance(truth, samples), meanDistance(mels, generated)];
      return { truth, samples, waveformL1, melL1, mels: { truth: mels, generated }, seconds };
    },
  };
}

function meanDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
