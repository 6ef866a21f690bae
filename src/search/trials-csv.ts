import { stringify } from 'csv-stringify/sync';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { StudySettings } from './settings.ts';
import type { Trial } from './trial.ts';

/** What decides the columns of a study's trials.csv. */
type Columns = Pick<StudySettings, 'steps' | 'coarse'>;

/** The first line of trials.csv. */
export function csvHeader({ steps, coarse }: Columns): string {
  const betas = Array.from({ length: steps }, (_, i) => `beta_${i + 1}`);
  return stringify([
    [
      'id',
      'parent',
      'steps',
      'strategy',
      'state',
      ...(coarse ? ['coarse'] : []),
      'score',
      'standard_error',
      'draws',
      'nfe',
      'seconds',
      'terminal_level',
      ...betas,
      'reason',
    ],
  ]);
}

/** A trial's line of trials.csv, at full precision; what there is no number for is empty. */
export function csvRow(trial: Trial, { steps, coarse }: Columns): string {
  const { id, parent, betas, origin, state, score, standardError, draws, nfe, seconds, reason = '' } = trial;
  const terminalLevel = NoiseSchedule.fromBetas(betas, { asPublished: true }).levels.at(-1)!;
  const missing = Array.from({ length: steps - betas.length }, () => '');
  const numbers = [score, standardError].map((value) => (Number.isFinite(value) ? value : ''));
  return stringify([
    [
      id,
      parent,
      betas.length,
      origin,
      state,
      ...(coarse ? [trial.coarse ? 'true' : ''] : []),
      ...numbers,
      draws,
      Number(nfe.toFixed(6)),
      Number(seconds.toFixed(3)),
      terminalLevel,
      ...betas,
      ...missing,
      reason,
    ],
  ]);
}
