import { createMelFrontEnd } from '../audio/mel.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { fillNormal } from '../random/noise.ts';
import { createBatches } from './batches.ts';
import type { Clip } from './corpus.ts';
import { createControl, SLOTS, type TrainingMemory } from './memory.ts';
import { addNoise, drawLevel } from './noise-levels.ts';
import { readClip } from './read-clip.ts';
import { noiseSchedule, type TrainingConfig } from './training-config.ts';

/** What makes batches, the same for all of a training. */
export interface FeederOptions {
  readonly config: WaveGradConfig;
  readonly training: TrainingConfig;
  readonly memory: TrainingMemory;
  /** The recordings that are trained on. */
  readonly clips: readonly Clip[];
  /** Whether recordings of other rates are taken, at the model's. */
  readonly resample: boolean;
}

/** Which batches a feeder makes: from `from` on, every `of`-th, its own being the `index`-th of them. */
export interface Feed {
  readonly from: number;
  readonly index: number;
  readonly of: number;
  /** See `BatchKey`. */
  readonly attempt: number;
}

/**
 * Fills the ring with batches, each a function of the seed and its number alone: segments of recordings, their mels, noise at a level of
 * the training schedule, and the noisy segments. Ends when the ring is closed.
 *
 * @throws InputError where a recording that is read again is not as it was
 */
export async function feed({ config, training, memory, clips, resample }: FeederOptions, which: Feed): Promise<void> {
  const { rows, samples, frames, nMels } = memory.sizes;
  const { seed, accumulationSteps: accumulated } = training;
  const frontEnd = createMelFrontEnd(config.data_config);
  const { levels } = noiseSchedule(training.trainingNoiseSchedule);
  const clipOptions = { sampleRate: config.data_config.sample_rate, resample };
  const control = createControl(memory);
  const rowsOfStep = createBatches(clips.length, rows * accumulated, { seed, attempt: which.attempt });
  const { signal, noise, mels, levels: levelsOut } = memory.batches;
  const first = which.from + ((((which.index - which.from) % which.of) + which.of) % which.of);

  for (let batch = first; control.waitForRoom(batch); batch += which.of) {
    const step = Math.floor(batch / accumulated);
    const firstRow = (batch % accumulated) * rows;
    const chosen = rowsOfStep(step).slice(firstRow, firstRow + rows);
    for (const [i, { clip: number, start, step: noiseStep, between }] of chosen.entries()) {
      const clip = clips[number]!;
      const recording = clip.samples ?? (await readClip(clip.path, clipOptions, clip.length));
      const segment = segmentAt(recording, start, samples);
      const row = (batch % SLOTS) * rows + i;
      const level = drawLevel(levels, noiseStep, between);
      const key = { seed, purpose: 'training-noise', clip: step, replicate: which.attempt, k: firstRow + i } as const;
      fillNormal(noise.subarray(row * samples, (row + 1) * samples), key);
      addNoise(signal, segment, noise, level, row * samples);
      mels.set(frontEnd.logMel(segment).data, row * nMels * frames);
      levelsOut[row] = level;
    }
    control.fill(batch);
  }
}

/**
 * So many samples of a recording, zeros after its end where it is shorter.
 *
 * @param start the first sample, as a part in [0, 1) of those that a segment can begin at
 */
export function segmentAt(recording: Float32Array, start: number, samples: number): Float32Array {
  const segment = new Float32Array(samples);
  const begin = Math.floor(start * (Math.max(0, recording.length - samples) + 1));
  segment.set(recording.subarray(begin, begin + samples));
  return segment;
}
