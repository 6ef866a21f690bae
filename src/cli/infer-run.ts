import { InputError } from '../formats/input-error.ts';
import { chunkSizes, chunksOf } from '../inference/chunks.ts';
import { createInferencePool } from '../inference/pool.ts';
import type { Shown } from '../inference/shown.ts';
import type { InferenceTask } from '../inference/worker.ts';
import { counted } from '../report/numbers.ts';
import type { InferPlan } from './infer-plan.ts';
import type { Where } from './one-by-one.ts';
import type { ProgressLine } from './progress.ts';

/** A file that was made. */
export interface Made {
  readonly task: InferenceTask;
  readonly samples: number;
  /** That sampling took, in its worker. */
  readonly seconds: number;
  readonly shown?: Shown;
}

interface RunOptions {
  readonly plan: InferPlan;
  readonly where: Where;
  readonly float: boolean;
  readonly progress: ProgressLine;
  /** Asked now and then. */
  readonly isCancelled: () => boolean;
}

/** How often progress is shown, and the end that a user asks for is passed on. */
const LOOK_EVERY_MS = 200;

/** Workers for so many files, each with its share of the threads. */
export function workersFor(files: number, { threads }: Where): { readonly workers: number; readonly threads: number } {
  const workers = Math.max(1, Math.min(threads, files));
  return { workers, threads: Math.max(1, Math.floor(threads / workers)) };
}

/**
 * Makes the files of a plan, as many at once as there are workers.
 *
 * @returns those that were made, in their order: fewer than all where it was cancelled
 * @throws InputError where one cannot be made; those before it are kept
 */
export async function runInference({ plan, where, float, progress, isCancelled }: RunOptions): Promise<Made[]> {
  const { tasks, config, schedule, checkpointPath, configPath, clamp, precision, seed } = plan;
  const { engine, device } = where;
  const { workers, threads } = workersFor(tasks.length, where);
  const sampler = { betas: schedule.betas, clamp, precision, seed };
  const format = float ? 'float32' : 'pcm16';
  const pool = createInferencePool(
    { checkpointPath, configPath, engine, device, threads, ...sampler, format } as const,
    workers,
  );
  const sizes = chunkSizes(config);
  const total = tasks.reduce((sum, { frames }) => sum + chunksOf(frames, sizes).length * schedule.length, 0);
  const made: (Made | undefined)[] = [];
  const count = () => made.filter((each) => each !== undefined).length;
  const look = () => {
    if (isCancelled()) pool.cancel();
    progress.update({ done: pool.calls(), total, text: `${count()} of ${counted(tasks.length, 'file')}` });
  };
  let failure: string | undefined;
  const waiting = tasks.entries();
  const work = async () => {
    for (const [i, { frames: _, ...task }] of waiting) {
      if (failure !== undefined || isCancelled()) return;
      const result = await pool.run(task);
      if (result.kind === 'bad-input') failure ??= result.message;
      if (result.kind === 'done') made[i] = { task, ...result };
    }
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    clearInterval(timer);
    progress.stop();
    await pool.close();
  }
  if (failure !== undefined) {
    const kept = count() === 0 ? '' : ` (${counted(count(), 'file')} of ${tasks.length} made before)`;
    throw new InputError(`${failure}${kept}`);
  }
  return made.filter((each) => each !== undefined);
}
