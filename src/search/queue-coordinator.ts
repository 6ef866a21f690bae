import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { QueueConnection } from '../pool/queue/connection.ts';
import { PROTOCOL } from '../pool/queue/messages.ts';
import { createQueuePool, type QueuePool } from '../pool/queue/pool.ts';
import { type Fingerprint, fingerprintOf } from './fingerprint.ts';
import { openSearchPool } from './plan.ts';
import type { ModelPlan } from './plan-model.ts';
import { readResult } from './queue-messages.ts';
import { type QueuedStudy, studyFiles } from './queue-study.ts';
import type { EvaluationPool } from './runner.ts';
import type { WorkerResult, WorkerTask } from './worker.ts';

interface CoordinatorOptions {
  readonly model: Pick<ModelPlan, 'worker' | 'settings'>;
  readonly connection: QueueConnection;
  readonly prefix: string;
  /** Of the study, for people. */
  readonly name: string;
  /** This project's version. */
  readonly version: string;
  /** Whether workers whose probe evaluation differs are let in. */
  readonly mixed: boolean;
  readonly say: (text: string) => void;
}

/** A search's workers on any machines. */
export interface QueuedSearch {
  readonly pool: QueuePool<WorkerTask, WorkerResult>;
  /** Of one worker of this machine. */
  readonly secondsPerNfe: number;
}

/**
 * Makes a study's files, settings and probe evaluation known under a prefix, and gives the pool of the workers that come for them.
 *
 * @throws {InputError} if the model cannot be loaded or another search has the prefix
 */
export async function openQueuedSearch(options: CoordinatorOptions): Promise<QueuedSearch> {
  const { model, connection, prefix, name, version, mixed, say } = options;
  const local = await openSearchPool(model, 1);
  const probe = await probed(local.pool);
  const { files, upload } = await studyFiles(model);
  await upload(connection, prefix);
  const { frames, clipsPerCall, seed, clamp, precision, clips } = model.worker;
  const { engine, clipSamples } = model.settings;
  const counts = { scoring: clips.scoring.length, heldout: clips.heldout.length, samples: clipSamples };
  const settings = { frames, clipsPerCall, seed, clamp, precision };
  const content: QueuedStudy = { name, engine, settings, clips: counts, files, probe, mixed };
  const pool = await createQueuePool<WorkerTask, WorkerResult>({
    connection,
    prefix,
    announcement: {
      protocol: PROTOCOL,
      program: version,
      run: randomBytes(8).toString('hex'),
      host: hostname(),
      pid: process.pid,
      start: Date.now(),
      content,
    },
    encode: (task) => task,
    decode: (data, task, where) => readResult(data, task, counts, where),
    accepts: (mark) => mixed || mark === probe.hash,
    cancelled: { kind: 'jobs', results: [], worker: 0 },
    keep: () => upload(connection, prefix),
    say,
  });
  return { pool, secondsPerNfe: local.secondsPerNfe };
}

/** The fingerprint of a pool, which is then closed. */
async function probed(pool: EvaluationPool): Promise<Fingerprint> {
  try {
    return await fingerprintOf(pool);
  } finally {
    await pool.close();
  }
}
