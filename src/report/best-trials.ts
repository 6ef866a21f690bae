import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { StudyData } from '../search/read-study.ts';
import { standing } from '../search/standing.ts';
import { drawCounts } from './draws.ts';
import { type Html, html } from './escape.ts';
import { plusMinus, shortBetas } from './numbers.ts';
import { table } from './table.ts';
import { withUnit } from './units.ts';

const MOST = 10;

/** The schedules with the lowest scores on the scoring clips, each as the trial with the most draws of noise. */
export function bestTrials({ settings, trials }: StudyData): Html {
  const best = standing(trials).slice(0, MOST);
  if (best.length === 0) return html``;
  const rows = best.map((trial) => [
    trial.id,
    trial.origin,
    trial.parent ?? '–',
    plusMinus({ mean: trial.score, standardError: trial.standardError }),
    trial.draws,
    NoiseSchedule.fromBetas(trial.betas, { asPublished: true }).levels.at(-1)!.toPrecision(4),
    html`<span class="betas-cell">${shortBetas(trial.betas)}</span>`,
  ]);
  const isMixed = drawCounts(trials).length > 1;
  const first = isMixed ? '; those of more noise draws come first, as their scores are worth more' : '';
  const caption = `${withUnit(settings.metric)} on the scoring clips ± standard error over clips${first}; betas to four digits, in full in trials.csv`;
  return html`<section><h2>The ${best.length === 1 ? 'best trial' : `${best.length} best trials`}</h2>
${table(
  caption,
  [
    { head: 'trial', numeric: true },
    { head: 'origin' },
    { head: 'parent', numeric: true },
    { head: 'score', numeric: true },
    { head: 'draws', numeric: true },
    { head: 'terminal level', numeric: true },
    { head: 'betas' },
  ],
  rows,
)}</section>`;
}
