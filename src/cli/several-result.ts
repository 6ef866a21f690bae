import Table from 'cli-table3';
import { coarseSentence } from '../report/coarse-sentence.ts';
import { frontSentence } from '../report/front/front-sentence.ts';
import { duration, grouped, plusMinus } from '../report/numbers.ts';
import { bestBaseline, verdict } from '../report/schedules.ts';
import type { TrainedRange } from '../schedule/diagnostics.ts';
import { type FrontPoint, onFront } from '../search/front.ts';
import { outcomeAsJson, winnerWarnings } from './search-result.ts';

/** What a run of several numbers of steps came to. */
export interface Several {
  readonly folder: string;
  readonly points: readonly FrontPoint[];
  readonly report: string;
  /** Network evaluations that this run made; the others were in the journals. */
  readonly nfeMade: number;
}

/** What `--json` prints. */
export function frontAsJson({ folder, points, report, nfeMade }: Several): string {
  const front = new Set(onFront(points));
  const searches = points.map((point) => {
    const { study, outcome, realTimeFactor } = point;
    return { steps: study.settings.steps, ...outcomeAsJson(outcome), onFront: front.has(point), realTimeFactor };
  });
  return `${JSON.stringify({ searches, nfeMade, study: folder, report }, null, 2)}\n`;
}

/** What is printed for people. */
export function frontAsText({ folder, points, report, nfeMade }: Several, trained: TrainedRange): string {
  const table = new Table({
    head: ['steps', 'held-out clips', 'real-time factor', 'best baseline', 'worse than the winner by', 'verdict'],
    style: { head: [], border: [] },
  });
  for (const { study, outcome, realTimeFactor } of points) {
    const baseline = bestBaseline(outcome);
    const beside = baseline
      ? [baseline.name, plusMinus(baseline.difference), verdict(baseline, outcome)]
      : ['–', '', ''];
    table.push([study.settings.steps, plusMinus(outcome.heldout), realTimeFactor.toFixed(3), ...beside]);
  }
  const sum = (of: (point: FrontPoint) => number) => points.reduce((total, point) => total + of(point), 0);
  const [search, verification] = [
    sum(({ outcome }) => outcome.nfe.search),
    sum(({ outcome }) => outcome.nfe.verification),
  ];
  return [
    'Best schedules (betas):',
    ...points.map(({ study, outcome }) => `${study.settings.steps}: [${outcome.betas.join(', ')}]`),
    '',
    `${points[0]!.study.settings.metric} (mean ± standard error over clips; lower is better):`,
    table.toString(),
    '',
    frontSentence(points),
    ...points.flatMap(({ outcome }) =>
      winnerWarnings(outcome, trained).map((warning) => `${outcome.name}: ${warning}`),
    ),
    ...points.flatMap(({ outcome }) => coarseSentence(outcome).map((sentence) => `${outcome.name}: ${sentence}`)),
    `${grouped(search)} NFE for the searches, ${grouped(verification)} for the verification (${grouped(nfeMade)} made by this run), ${duration(sum(({ outcome }) => outcome.seconds))}.`,
    `Studies: ${folder}`,
    `Report:  ${report}`,
    '',
  ].join('\n');
}
