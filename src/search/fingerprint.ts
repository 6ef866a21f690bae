import { createHash } from 'node:crypto';
import { InputError } from '../formats/input-error.ts';
import type { EvaluationPool } from './runner.ts';

/** What an evaluation that every worker makes alike came to. */
export interface Fingerprint {
  /** SHA-256 of what was generated, and of its distance, to the bit. */
  readonly hash: string;
  /** The distance. */
  readonly score: number;
}

/** Scores of workers whose bits differ agree to so much of them. */
export const MIXED_AGREEMENT = 1e-4;

const PROBE_BETAS = [1e-4, 1e-3, 1e-2, 5e-2, 0.2, 0.5] as const;

/**
 * Makes the probe evaluation: the first scoring clip, generated with a schedule of six steps.
 *
 * @throws {InputError} if the model cannot be loaded
 */
export async function fingerprintOf(pool: EvaluationPool): Promise<Fingerprint> {
  const task = {
    kind: 'evaluation',
    betas: PROBE_BETAS,
    set: 'scoring',
    purpose: 'scoring',
    replicate: 0,
    metrics: ['log-mel-l1'],
    clips: [0, 1],
    audible: true,
  } as const;
  const answer = await pool.run({ kind: 'jobs', jobs: [task] });
  if (answer.kind === 'bad-input') throw new InputError(answer.message);
  const result = answer.kind === 'jobs' ? answer.results[0] : undefined;
  if (result?.kind !== 'evaluation') throw new InputError('the probe evaluation was stopped');
  const score = result.distances['log-mel-l1']![0]!;
  const hash = createHash('sha256').update(Float64Array.of(score));
  for (const signal of result.signals ?? []) hash.update(signal);
  return { hash: hash.digest('hex'), score };
}

/** Whether two workers' scores agree to MIXED_AGREEMENT, as far as the probe says. */
export function agree(a: Fingerprint, b: Fingerprint): boolean {
  return a.hash === b.hash || Math.abs(a.score - b.score) <= MIXED_AGREEMENT * Math.abs(a.score);
}
