import { METRIC_NAMES } from '../audio/distances/index.ts';
import type { Outcome } from '../search/outcome.ts';
import type { StudyData } from '../search/read-study.ts';
import { agreementSentence, type NamedScores } from './agreement.ts';
import { type Html, html } from './escape.ts';
import { decimal, plusMinus } from './numbers.ts';
import { verdict } from './schedules.ts';
import { table } from './table.ts';
import { withUnit } from './units.ts';

/** The winner beside every baseline, under the study's metric and under all; empty where the search is unfinished. */
export function comparisons({ settings, outcome }: StudyData): Html {
  if (outcome === undefined) return html``;
  const finalists = outcome.finalists.map((finalist) => ({ ...finalist, name: `trial ${finalist.trial}` }));
  const sentences = [
    agreementSentence([outcome, ...outcome.comparisons], 'the winner and the baselines'),
    ...(finalists.length > 1 ? [agreementSentence(finalists, 'the finalists')] : []),
  ];
  return html`<section><h2>Against the baselines</h2>
${scoreTable(outcome, `${withUnit(settings.metric)}: means ± standard errors over clips; lower is better`)}
<p>The difference is the baseline minus the winner on the same held-out clips with the same noise. Worse or better than the winner
means by more than two standard errors. The baselines are run with this study’s clamp (${settings.clamp}) and precision (${settings.precision}), which need not
be those they were made for.</p>
<h3>All metrics</h3>
${metricTable([outcome, ...outcome.comparisons], 'The winner and the baselines on held-out clips; the lowest of a column is bold')}
<p>${sentences.join(' ')}</p>
${metricTable(finalists, 'The finalists, the best trials on the scoring clips, ranked on held-out clips with fewer noise draws')}
</section>`;
}

function scoreTable(outcome: Outcome, caption: string): Html {
  const rows = outcome.comparisons.map((baseline) => [
    baseline.name,
    decimal(baseline.score),
    plusMinus(baseline.heldout),
    plusMinus(baseline.difference),
    verdict(baseline, outcome.betas),
  ]);
  return table(
    caption,
    [
      { head: 'schedule' },
      { head: 'scoring clips', numeric: true },
      { head: 'held-out clips', numeric: true },
      { head: 'paired difference', numeric: true },
      { head: 'verdict' },
    ],
    [[outcome.name, decimal(outcome.score), plusMinus(outcome.heldout), '–', '–'], ...rows],
  );
}

function metricTable(schedules: readonly NamedScores[], caption: string): Html {
  const lowest = METRIC_NAMES.map((metric) =>
    Math.min(...schedules.map(({ metrics }) => finite(metrics[metric].mean))),
  );
  const rows = schedules.map(({ name, metrics }) => [
    name,
    ...METRIC_NAMES.map((metric, i) => {
      const text = plusMinus(metrics[metric]);
      return metrics[metric].mean === lowest[i] ? html`<strong>${text}</strong>` : text;
    }),
  ]);
  const columns = METRIC_NAMES.map((metric) => ({ head: withUnit(metric), numeric: true }));
  return table(caption, [{ head: 'schedule' }, ...columns], rows);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
}
