import type { Outcome } from '../search/outcome.ts';
import type { StudyData } from '../search/read-study.ts';
import { agreementSentence } from './agreement.ts';
import { coarseSentence } from './coarse-sentence.ts';
import { scoreText } from './draws.ts';
import { type Html, html } from './escape.ts';
import { metricTable } from './metric-table.ts';
import { listed, plusMinus } from './numbers.ts';
import { rivalsOf, verdict } from './schedules.ts';
import { table } from './table.ts';
import { withUnit } from './units.ts';
import { verdictSentences } from './verdict-sentences.ts';

/** The winner beside the runner-up and every baseline, under the study's metric and under all; empty where the search is unfinished. */
export function comparisons(study: StudyData): Html {
  const { settings, outcome } = study;
  if (outcome === undefined) return html``;
  const [, ...verdicts] = [...verdictSentences(outcome), ...coarseSentence(outcome)];
  const rivals = [...(outcome.runnerUp === undefined ? [] : ['the runner-up']), 'the baselines'];
  return html`<section><h2>Against ${listed(rivals)}</h2>
${scoreTable(study, outcome, `${withUnit(settings.metric)}: means ± standard errors over clips; lower is better`)}
${verdicts.length > 0 ? html`<p>${verdicts.join(' ')}</p>` : ''}
<p>The difference is the schedule minus the winner on the same held-out clips with the same noise. Worse or better than the winner
means by more than two standard errors. The baselines are run with this study’s clamp (${settings.clamp}) and precision (${settings.precision}), which need not
be those they were made for.</p>
<h3>All metrics</h3>
${metricTable([outcome, ...rivalsOf(outcome)], `${listed(['The winner', ...rivals])} on held-out clips; the lowest of a column is bold`)}
<p>${agreementSentence([outcome, ...outcome.comparisons], 'the winner and the baselines')}</p></section>`;
}

/** The best few of the search under all metrics; empty where the search is unfinished. */
export function finalists({ outcome }: StudyData): Html {
  if (outcome === undefined) return html``;
  const ranked = outcome.finalists.map((finalist) => ({ ...finalist, name: `trial ${finalist.trial}` }));
  const agreement = ranked.length > 1 ? agreementSentence(ranked, 'the finalists') : '';
  return html`<section id="section-finalists"><h2>Finalists</h2>
${metricTable(ranked, 'The best trials on the scoring clips, ranked on held-out clips with a draw of noise of their own; a head sorts by its column')}
<p>${agreement}</p></section>`;
}

function scoreTable(study: StudyData, outcome: Outcome, caption: string): Html {
  const rows = rivalsOf(outcome).map((rival) => [
    rival.name,
    scoreText(study, rival),
    plusMinus(rival.heldout),
    plusMinus(rival.difference),
    verdict(rival, outcome),
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
    [[outcome.name, scoreText(study, outcome), plusMinus(outcome.heldout), '–', '–'], ...rows],
  );
}
