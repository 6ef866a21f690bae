import { withoutPassword } from '../pool/queue/address.ts';
import { grouped } from '../report/numbers.ts';
import { openSearchPool } from '../search/plan.ts';
import type { ModelPlan } from '../search/plan-model.ts';
import type { Progress } from '../search/progress.ts';
import type { EvaluationPool } from '../search/runner.ts';
import { onInterrupt } from './interrupt.ts';
import { typed } from './npx.ts';
import { createProgressLine, type ProgressLine } from './progress.ts';
import type { QueueChoice } from './queue-flags.ts';
import { quoted } from './quoted.ts';
import { argumentsFor } from './study-process.ts';
import { threadsFor } from './threads.ts';

/** Workers that have the model, with what a user sees of them. */
export interface Session {
  readonly pool: EvaluationPool;
  /** Of the pool, for one network evaluation of all scoring clips. */
  readonly secondsPerNfe: number;
  readonly progress: ProgressLine;
  /** Whether Ctrl-C was pressed. */
  readonly isCancelled: () => boolean;
}

interface SessionOptions {
  readonly model: ModelPlan;
  /** Where the workers are others than this process. */
  readonly queue?: QueueChoice;
  /** Default: what the engine and the cores suggest. */
  readonly jobs?: number;
  readonly quiet: boolean;
  readonly say: (text: string) => void;
  /** What becomes of what is finished when Ctrl-C is pressed. Default: it is saved. */
  readonly kept?: string;
}

/** Starts workers, lets something be done with them, and ends them; an InputError where the model cannot be loaded. */
export async function withSession<Result>(
  { model, queue, jobs, quiet, say, kept = ' What is finished is saved.' }: SessionOptions,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  let opened: EvaluationPool | undefined;
  const interrupt = onInterrupt(() => {
    opened?.cancel();
    say(`\nStopping after the steps in hand; once more to stop at once.${kept}`);
  });
  let progress = createProgressLine(quiet);
  const open = async () => {
    if (queue === undefined) return openSearchPool(model, threadsFor(jobs, model.worker.engine, say));
    const { openQueueSession } = await import('./queue-session.ts');
    const session = await openQueueSession({ model, queue, progress, say });
    progress = session.progress;
    return session;
  };
  try {
    const { pool, secondsPerNfe } = await open();
    opened = pool;
    const isCancelled = () => interrupt.isWanted();
    if (isCancelled()) pool.cancel();
    return await work({ pool, secondsPerNfe: secondsPerNfe / pool.workers, progress, isCancelled });
  } finally {
    progress.stop();
    interrupt.off();
    await opened?.close();
  }
}

/** What is said of a search beside its bar. */
export function progressText({ phase, trials, nfe, nfePlanned, best }: Progress): string {
  const text = `${phase === 'search' ? `trial ${trials}` : phase}, ${grouped(nfe)} of ${grouped(nfePlanned)} NFE`;
  return best === undefined ? text : `${text}, best ${best.score.toFixed(4)} (${best.origin})`;
}

/** This command again, for the study that it was about. */
export function resumeCommand(folder: string): string {
  return typed(`schedule-search ${argumentsFor(folder).map(withoutPassword).map(quoted).join(' ')} --resume`);
}
