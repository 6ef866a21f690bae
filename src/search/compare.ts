import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import type { Precision } from '../diffusion/process.ts';
import { InputError } from '../formats/input-error.ts';
import type { Evaluation, EvaluationTask } from './evaluator.ts';
import { prefixRuns } from './prefix-runs.ts';
import { createPrefixLedger } from './prefixes.ts';
import { rowRuns } from './row-runs.ts';
import type { EvaluationPool } from './runner.ts';
import { meanOverReplicates } from './statistics.ts';

/** What one schedule made of the clips. */
export interface Heard {
  /** The distance of each clip by every metric, means over the draws of noise; not finite where the schedule blew up. */
  readonly byClip: Readonly<Record<MetricName, readonly number[]>>;
  /** Network evaluations of all clips that it needed beside those of the schedules before it. */
  readonly nfe: number;
}

export interface CompareOptions {
  /** Betas of each, of any numbers of steps. */
  readonly schedules: readonly (readonly number[])[];
  /** Of workers whose held-out clips are those to compare on. */
  readonly pool: EvaluationPool;
  readonly precision: Precision;
  /** Draws of noise. */
  readonly replicates: number;
  /** Samples of all clips. */
  readonly samples: number;
  /** How many clips those are, and how many go through the network together where that is on a device. Default: each alone. */
  readonly together?: { readonly clips: number; readonly rowsPerCall: number | undefined };
  /** Of NFE, those done. */
  readonly onProgress?: (nfe: number) => void;
}

/** Evaluations that are wanted, and what each costs. */
interface Wanted {
  readonly tasks: readonly EvaluationTask[];
  readonly charged: readonly number[];
}

/** Network evaluations of all clips that a comparison needs, with those that schedules share made once. */
export function comparisonNfe(options: Omit<CompareOptions, 'pool' | 'onProgress'>): number {
  return wantedFor(options).charged.reduce((sum, nfe) => sum + nfe, 0);
}

/**
 * Generates the same clips with every schedule from the same draws of noise, and measures them by every metric. The draws are those of a
 * search's verification: with its seed, clips and 4 replicates they give its numbers.
 *
 * @returns in the order of the schedules; undefined where the pool was cancelled
 * @throws InputError where a worker cannot load the model
 */
export async function hearAll(options: CompareOptions): Promise<readonly Heard[] | undefined> {
  const { schedules, pool, precision, replicates, together, onProgress = () => {} } = options;
  const { tasks, charged } = wantedFor(options);
  const results: (Evaluation | undefined)[] = tasks.map(() => undefined);
  let failure: { readonly error: unknown } | undefined;
  let nfe = 0;

  async function make(run: readonly number[]): Promise<void> {
    try {
      const answer = await pool.run({ kind: 'jobs', jobs: run.map((i) => tasks[i]!) });
      if (answer.kind === 'bad-input') throw new InputError(answer.message);
      if (answer.kind !== 'jobs') return;
      for (const [at, result] of answer.results.entries()) {
        if (result.kind !== 'evaluation') continue;
        results[run[at]!] = result;
        nfe += charged[run[at]!]!;
      }
      onProgress(nfe);
    } catch (error) {
      failure ??= { error };
      pool.cancel();
    }
  }

  const runs = rowRuns(prefixRuns(tasks, precision, pool.workers), () => together?.clips ?? 1, together?.rowsPerCall);
  await Promise.all(runs.map(make));
  if (failure !== undefined) throw failure.error;
  const complete = results.filter((result) => result !== undefined);
  if (complete.length < tasks.length) return undefined;
  return schedules.map((_, i) => {
    const own = Array.from({ length: replicates }, (_, replicate) => replicate * schedules.length + i);
    const rows = METRIC_NAMES.map((metric) => [
      metric,
      meanOverReplicates(own.map((at) => complete[at]!.distances[metric]!)),
    ]);
    return {
      byClip: Object.fromEntries(rows) as Heard['byClip'],
      nfe: own.reduce((sum, at) => sum + charged[at]!, 0),
    };
  });
}

/** Replicate by replicate, every schedule with each. */
function wantedFor({ schedules, precision, replicates, samples }: Omit<CompareOptions, 'pool'>): Wanted {
  const ledger = createPrefixLedger(precision);
  const tasks = Array.from({ length: replicates }, (_, replicate) =>
    schedules.map((betas): EvaluationTask => {
      const [set, purpose] = ['heldout', 'verification'] as const;
      return { kind: 'evaluation', betas, set, purpose, replicate, metrics: METRIC_NAMES };
    }),
  ).flat();
  return { tasks, charged: tasks.map(({ betas, replicate }) => ledger.charge(betas, samples, `${replicate}/`)) };
}
