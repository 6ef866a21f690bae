import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { readSource } from '../inference/source.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { DEMO } from '../model/demo.ts';
import { loadModelConfig } from '../model/load-config.ts';
import { modelFiles } from '../model/model-files.ts';
import { fillNormal } from '../random/noise.ts';
import { makeFamily } from '../schedule/families.ts';
import { listPresets } from '../schedule/file.ts';
import { loadModelSchedule } from '../schedule/model-schedules.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';

/** What is measured. */
export interface BenchSubject {
  readonly checkpointPath: string;
  readonly configPath: string;
  readonly config: WaveGradConfig;
  /** Whether the weights are of no training. */
  readonly isRandom: boolean;
  /** [n_mels, frames]. */
  readonly mels: Float32Array;
  /** What the mels are of; nothing with random weights. */
  readonly recording?: { readonly path: string; readonly samples: Float32Array };
  /** Of each number of steps: the model's own best, the reference's, or else one of a family. */
  readonly schedules: readonly NoiseSchedule[];
}

interface SubjectOptions {
  /** A folder or a checkpoint. */
  readonly model: string;
  readonly isRandom: boolean;
  readonly config: string | undefined;
  /** Default: a held-out clip of the demo. */
  readonly audio: string | undefined;
  /** Default: the whole recording. */
  readonly seconds: number | undefined;
  readonly steps: readonly number[];
}

/** Of speech by random weights. */
const RANDOM_SECONDS = 2;

/** @throws InputError where something cannot be read */
export async function benchSubject(options: SubjectOptions): Promise<BenchSubject> {
  const { model, isRandom, seconds } = options;
  const files = await modelFiles(model);
  const config = await loadModelConfig(files, options.config);
  const { hop_length: hop, sample_rate: rate, n_mels: nMels } = config.data_config;
  const framesOf = (length: number) => Math.max(1, Math.round((length * rate) / hop));
  const about = { checkpointPath: files.checkpoint, configPath: options.config ?? files.config, config, isRandom };
  const schedules = await Promise.all(options.steps.map((steps) => scheduleOf(steps, files.folder)));
  if (isRandom) {
    const mels = new Float32Array(nMels * framesOf(seconds ?? RANDOM_SECONDS));
    fillNormal(mels, { seed: 0, purpose: 'inference', clip: 1, replicate: 0, k: 0 });
    return { ...about, mels, schedules };
  }
  const path = options.audio ?? join(DEMO, 'clips', 'heldout', 'ru_0163.flac');
  const { mel, recording } = await readSource({ kind: 'recording', path }, config.data_config);
  const frames = seconds === undefined ? mel.frames : framesOf(seconds);
  if (mel.frames < frames) {
    const length = (mel.frames * hop) / rate;
    throw new InputError(
      `${path}: expected a recording of at least ${seconds} s (--seconds), got ${length.toFixed(2)} s`,
    );
  }
  const mels = new Float32Array(nMels * frames);
  for (let band = 0; band < nMels; band++) {
    mels.set(mel.data.subarray(band * mel.frames, band * mel.frames + frames), band * frames);
  }
  return { ...about, mels, recording: { path, samples: recording!.samples.slice(0, frames * hop) }, schedules };
}

async function scheduleOf(steps: number, folder: string): Promise<NoiseSchedule> {
  const own = await loadModelSchedule(folder, `best-${steps}`);
  if (own !== undefined) return own.schedule;
  const preset = (await listPresets()).find(({ length }) => length === steps);
  return preset ?? makeFamily('karras', steps);
}
