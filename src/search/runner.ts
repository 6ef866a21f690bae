import { InputError } from '../formats/input-error.ts';
import type { Pool } from '../pool/pool.ts';
import type { EvaluationTask } from './evaluator.ts';
import type { JournalEvaluation, Phase } from './journal.ts';
import type { Study } from './study.ts';
import type { WorkerResult, WorkerTask } from './worker.ts';

export type EvaluationPool = Pool<WorkerTask, WorkerResult>;

/** An evaluation that is wanted, whether it must still be made or is in the journal. */
export interface Wanted extends EvaluationTask {
  readonly phase: Phase;
  /** Of the search phase: the trial's id, what made it, and from which other. */
  readonly trial?: number;
  readonly origin?: string;
  readonly parent?: number;
}

/** Makes evaluations, or finds them in the journal. */
export interface Runner {
  /** Starts an evaluation once a worker is about to be free, and resolves to its eventual result. */
  start(wanted: Wanted): Promise<{ readonly result: Promise<JournalEvaluation | undefined> }>;
  /** Whether evaluations are no longer made: the search was cancelled, or one went wrong. */
  hasStopped(): boolean;
  /** Network evaluations that were made, not found in the journal. */
  nfeMade(): number;
  /** Wall-clock seconds of the study, with those of earlier sessions. */
  seconds(): number;
  /** Stops the search because of an error; the first one counts. */
  fail(error: unknown): void;
  /** Asks all that runs to end and waits for it; throws what went wrong, if anything did. */
  settle(): Promise<void>;
}

/** Evaluations under way for each worker: the one it makes, and one it finds when that is done. */
const UNDER_WAY_PER_WORKER = 2;

/** A result is undefined where the search was cancelled, or went wrong, before the evaluation was complete. */
export function createRunner(study: Study, pool: EvaluationPool, isCancelled: () => boolean): Runner {
  const begin = performance.now();
  const known = new Map(study.done.evaluations.map((entry) => [keyOf(entry), entry]));
  const running = new Set<Promise<unknown>>();
  let failure: { readonly error: unknown } | undefined;
  let nfeMade = 0;
  const hasStopped = () => isCancelled() || failure !== undefined;

  async function make({ phase, trial, origin, parent, ...task }: Wanted): Promise<JournalEvaluation | undefined> {
    try {
      const result = await pool.run({ kind: 'evaluate', ...task });
      if (result.kind === 'bad-input') throw new InputError(result.message);
      if (result.kind !== 'evaluation') return undefined;
      const { distances, nfe, seconds } = result.evaluation;
      const end = Date.now();
      const entry: JournalEvaluation = {
        type: 'evaluation',
        phase,
        trial,
        origin,
        parent,
        betas: [...task.betas],
        replicate: task.replicate,
        distances: Object.fromEntries(Object.entries(distances).map(([metric, values]) => [metric, [...values]])),
        nfe,
        seconds,
        worker: result.worker,
        start: Math.round(end - 1000 * seconds),
        end,
      };
      await study.journal.append(entry);
      nfeMade += nfe;
      return entry;
    } catch (error) {
      failure ??= { error };
      return undefined;
    }
  }

  return {
    async start(wanted) {
      const entry = known.get(keyOf(wanted));
      if (entry !== undefined) return { result: Promise.resolve(entry) };
      while (running.size >= UNDER_WAY_PER_WORKER * pool.workers) await Promise.race(running);
      if (hasStopped()) return { result: Promise.resolve(undefined) };
      const result = make(wanted);
      running.add(result);
      void result.then(() => running.delete(result));
      return { result };
    },
    hasStopped,
    fail(error) {
      failure ??= { error };
    },
    nfeMade: () => nfeMade,
    seconds: () => study.done.seconds + (performance.now() - begin) / 1000,
    async settle() {
      if (running.size > 0) pool.cancel();
      await Promise.all(running);
      if (failure !== undefined) throw failure.error;
    },
  };
}

function keyOf({ phase, betas, replicate }: Pick<JournalEvaluation, 'phase' | 'betas' | 'replicate'> | Wanted): string {
  return `${phase} ${replicate} ${betas.join(' ')}`;
}
