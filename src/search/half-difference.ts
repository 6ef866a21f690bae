import { InputError } from '../formats/input-error.ts';
import type { EvaluationTask } from './evaluator.ts';
import type { EvaluationPool } from './runner.ts';
import type { StudySettings } from './settings.ts';
import { estimate } from './statistics.ts';

/** How a schedule scores on the scoring clips with the network in half precision, and in float32. */
export interface HalfScores {
  readonly half: number;
  readonly whole: number;
}

/**
 * Scores one schedule in both precisions.
 *
 * @param pool of a worker whose network is in half precision
 * @throws InputError where the model cannot be loaded
 */
export async function halfScores(
  pool: EvaluationPool,
  metric: StudySettings['metric'],
  betas: readonly number[],
): Promise<HalfScores | undefined> {
  const [set, purpose] = ['scoring', 'scoring'] as const;
  const job: EvaluationTask = { kind: 'evaluation', betas, set, purpose, replicate: 0, metrics: [metric] };
  const scores: number[] = [];
  for (const whole of [false, true]) {
    const answer = await pool.run({ kind: 'jobs', jobs: [job], whole });
    if (answer.kind === 'bad-input') throw new InputError(answer.message);
    const result = answer.kind === 'jobs' ? answer.results[0] : undefined;
    if (result?.kind !== 'evaluation') return undefined;
    scores.push(estimate(result.distances[metric]!).mean);
  }
  const [half, whole] = scores as [number, number];
  return { half, whole };
}
