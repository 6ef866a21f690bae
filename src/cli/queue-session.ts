import { connectQueue } from '../pool/queue/connection.ts';
import { every } from '../pool/queue/every.ts';
import { counted } from '../report/numbers.ts';
import type { ModelPlan } from '../search/plan-model.ts';
import { openQueuedSearch } from '../search/queue-coordinator.ts';
import type { EvaluationPool } from '../search/runner.ts';
import { packageVersion } from './command.ts';
import { typed } from './npx.ts';
import type { ProgressLine } from './progress.ts';
import { type QueueChoice, workerCommand } from './queue-flags.ts';

interface QueueSessionOptions {
  readonly model: ModelPlan;
  readonly queue: QueueChoice;
  readonly progress: ProgressLine;
  readonly say: (text: string) => void;
}

/** A pool of workers of a queue, with what a user sees of them. */
export interface QueueSession {
  readonly pool: EvaluationPool;
  /** Of one worker of this machine. */
  readonly secondsPerNfe: number;
  /** Says beside the progress how many workers there are. */
  readonly progress: ProgressLine;
}

const LOOK_EVERY_MS = 1_000;

/** Announces a search to a queue's workers, and says when there are none; throws an InputError where there is no queue. */
export async function openQueueSession({ model, queue, progress, say }: QueueSessionOptions): Promise<QueueSession> {
  const { address, prefix } = queue;
  const { settings } = model;
  const connection = await connectQueue(address, say);
  try {
    const { pool, secondsPerNfe } = await openQueuedSearch({
      model,
      connection,
      prefix,
      name: `${settings.checkpoint.name} (${settings.checkpoint.hash.slice(0, 8)})`,
      version: packageVersion(),
      mixed: settings.mixed !== undefined,
      say,
    });
    let had: number | undefined;
    const look = every(
      LOOK_EVERY_MS,
      async () => {
        const now = pool.slots.length;
        if (now === 0 && had !== 0) say(`Waiting for workers: ${typed(workerCommand(queue))}`);
        if (now > 0 && had === 0) say(`${workersText(pool.slots)} there.`);
        had = now;
      },
      () => {},
    );
    const close = async () => {
      await look.stop();
      await pool.close();
      await connection.close();
    };
    return {
      pool: {
        get workers() {
          return pool.workers;
        },
        run: (task) => pool.run(task),
        cancel: () => pool.cancel(),
        close,
      },
      secondsPerNfe,
      progress: {
        update: (state) => progress.update({ ...state, text: `${state.text}, ${workersText(pool.slots)}` }),
        stop: () => progress.stop(),
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function workersText(slots: readonly number[]): string {
  const jobs = slots.reduce((sum, count) => sum + count, 0);
  return slots.length === 0 ? 'no workers' : `${counted(slots.length, 'worker')} with ${counted(jobs, 'job')}`;
}
