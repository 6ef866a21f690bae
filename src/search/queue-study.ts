import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { z } from 'zod';
import { PRECISIONS } from '../diffusion/process.ts';
import { InputError } from '../formats/input-error.ts';
import { checkData } from '../formats/json.ts';
import type { QueueConnection } from '../pool/queue/connection.ts';
import { type FileReference, fetchFile, referenceTo, uploadFile } from '../pool/queue/files.ts';
import { CLAMPS } from '../schedule/noise-schedule.ts';
import type { ModelPlan } from './plan-model.ts';
import { samplesOf } from './queue-messages.ts';
import type { WorkerSettings } from './worker.ts';

/** The largest model that is taken from a queue. */
const MOST_BYTES = 2 ** 31 - 1;

const MOST_CLIPS = 10_000;

const file = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().positive().max(MOST_BYTES) });
const count = z.int().positive().max(MOST_CLIPS);

const content = z.strictObject({
  /** Of the study, for people. */
  name: z.string().max(300),
  /** The engine and its version, on which the bits of a score depend. */
  engine: z.string().max(300),
  /** What the workers' threads are started with, beside the files. */
  settings: z.strictObject({
    frames: z.int().positive(),
    clipsPerCall: z.int().positive(),
    seed: z.int().nonnegative(),
    clamp: z.enum(CLAMPS),
    precision: z.enum(PRECISIONS),
  }),
  clips: z.strictObject({ scoring: count, heldout: count, samples: z.int().positive().max(MOST_BYTES) }),
  files: z.strictObject({
    checkpoint: file.extend({ ending: z.enum(['.pt', '.safetensors', '']) }),
    config: file,
    /** Samples of all scoring clips, then of the held-out ones, as little-endian float32. */
    clips: file,
  }),
  /** The probe evaluation of the machine that has the study. */
  probe: z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), score: z.number() }),
  /** Whether workers whose probe evaluation differs are let in. */
  mixed: z.boolean(),
});

/** What a search says to its workers: the model, the clips and the settings. */
export type QueuedStudy = z.infer<typeof content>;

/** An InputError, which begins with `where`, where it is no such thing. */
export function readQueuedStudy(data: unknown, where: string): QueuedStudy {
  const study = checkData(data, content, where);
  const { clips, files } = study;
  const bytes = 4 * clips.samples * (clips.scoring + clips.heldout);
  if (files.clips.bytes !== bytes) {
    throw new InputError(`${where}: clips of ${bytes} bytes were expected, got ${files.clips.bytes}`);
  }
  return study;
}

/** Files that workers need, in memory. */
export interface StudyFiles {
  readonly files: QueuedStudy['files'];
  /** Puts those into Redis that are not there. */
  readonly upload: (connection: QueueConnection, prefix: string) => Promise<void>;
}

/** Reads the files that workers need. */
export async function studyFiles({ worker }: Pick<ModelPlan, 'worker'>): Promise<StudyFiles> {
  const { checkpointPath, configPath, clips } = worker;
  const checkpoint = await readFile(checkpointPath);
  const config = await readFile(configPath);
  const samples = Buffer.concat(
    [...clips.scoring, ...clips.heldout].map((clip) => Buffer.from(clip.buffer, clip.byteOffset, clip.byteLength)),
  );
  const ending = extname(checkpointPath);
  return {
    files: {
      checkpoint: { ...referenceTo(checkpoint), ending: ending === '.pt' || ending === '.safetensors' ? ending : '' },
      config: referenceTo(config),
      clips: referenceTo(samples),
    },
    async upload({ redis }, prefix) {
      for (const each of [checkpoint, config, samples]) await uploadFile(redis, prefix, each);
    },
  };
}

/**
 * Fetches what a study's workers need into a folder, as far as it is not there, and gives what their threads are started with.
 *
 * @throws {InputError} if a file is not in the queue, or is another
 */
export async function fetchStudy(
  { redis }: QueueConnection,
  prefix: string,
  { settings, clips, files }: QueuedStudy,
  cache: string,
): Promise<WorkerSettings> {
  const fetch = (reference: FileReference, ending: string) => {
    return fetchFile(redis, prefix, reference, { folder: cache, ending });
  };
  const checkpointPath = await fetch(files.checkpoint, files.checkpoint.ending);
  const configPath = await fetch(files.config, '.json');
  const samples = samplesOf(await readFile(await fetch(files.clips, '.clips')));
  const all = Array.from({ length: clips.scoring + clips.heldout }, (_, i) => {
    return samples.slice(i * clips.samples, (i + 1) * clips.samples);
  });
  return {
    ...settings,
    checkpointPath,
    configPath,
    engine: 'onnxruntime',
    device: 'cpu',
    rowsPerCall: undefined,
    half: false,
    clips: { scoring: all.slice(0, clips.scoring), heldout: all.slice(clips.scoring) },
  };
}
