import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { StudyData } from '../search/read-study.ts';
import { type Html, html } from './escape.ts';
import { plusMinus, shortBetas } from './numbers.ts';
import { ranked } from './schedules.ts';
import { table } from './table.ts';
import { withUnit } from './units.ts';

const MOST = 10;

/** The trials with the lowest scores on the scoring clips. */
export function bestTrials({ settings, trials }: StudyData): Html {
  const best = ranked(trials).slice(0, MOST);
  if (best.length === 0) return html``;
  const rows = best.map((trial) => [
    trial.id,
    trial.origin,
    trial.parent ?? '–',
    plusMinus({ mean: trial.score, standardError: trial.standardError }),
    NoiseSchedule.fromBetas(trial.betas, { asPublished: true }).levels.at(-1)!.toPrecision(4),
    html`<span class="betas-cell">${shortBetas(trial.betas)}</span>`,
  ]);
  const caption = `${withUnit(settings.metric)} on the scoring clips ± standard error over clips; betas to four digits, in full in trials.csv`;
  return html`<section><h2>The ${best.length === 1 ? 'best trial' : `${best.length} best trials`}</h2>
${table(
  caption,
  [
    { head: 'trial', numeric: true },
    { head: 'origin' },
    { head: 'parent', numeric: true },
    { head: 'score', numeric: true },
    { head: 'terminal level', numeric: true },
    { head: 'betas' },
  ],
  rows,
)}</section>`;
}
