import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { plusMinus } from '../report/numbers.ts';
import { withUnit } from '../report/units.ts';
import type { Outcome } from '../search/outcome.ts';
import { estimate, pairedDifference } from '../search/statistics.ts';
import { type Rival, type TransferVerdict, transferVerdict } from '../search/transfer-verdict.ts';
import { sameBetas } from '../search/trial.ts';
import {
  type Comparison,
  costSentence,
  fewClipsSentences,
  heardJson,
  namedHeard,
  rightTable,
} from './compare-result.ts';
import { standingsBy } from './compare-sentences.ts';
import { foundSentence, holdsSentence, otherMetricsSentences, ownSentence } from './transfer-sentences.ts';

/** A comparison whose first schedule is held against the others. */
export interface Transfer extends Comparison {
  /** Which of the others is the model's own, if one is. */
  readonly own?: number;
}

/** What both forms of output say. */
interface Judged {
  readonly name: string;
  readonly verdicts: Readonly<Record<MetricName, TransferVerdict>>;
  readonly sentences: readonly string[];
  readonly own?: Rival;
  readonly found?: Found;
}

/** What the schedule's file says of it, where it was found. */
interface Found {
  readonly model: string;
  readonly clips: number;
  readonly metric: MetricName;
  readonly holds: boolean | null;
  readonly verdict: TransferVerdict;
  readonly outcome: Outcome;
}

function judge(transfer: Transfer): Judged {
  const { metric, contenders } = transfer;
  const [first, ...others] = namedHeard(transfer);
  const name = first!.name;
  const rivalsBy = (each: MetricName) =>
    others.map(({ name, byClip }): Rival => {
      return { name, score: estimate(byClip[each]), behind: pairedDifference(byClip[each], first!.byClip[each]) };
    });
  const own = transfer.own === undefined ? undefined : rivalsBy(metric)[transfer.own - 1];
  // Where there is no published one, the model's own is all there is to judge by.
  const counts = ({ name }: Rival) => others.length === 1 || name !== own?.name;
  const rows = METRIC_NAMES.map((each) => {
    return [each, transferVerdict(estimate(first!.byClip[each]), rivalsBy(each).filter(counts))];
  });
  const verdicts = Object.fromEntries(rows) as Judged['verdicts'];
  const found = foundOf(contenders[0]!);
  const sentences = [
    holdsSentence(name, verdicts[metric], rivalsBy(metric).filter(counts), metric),
    ...otherMetricsSentences(verdicts, metric),
    ...(found === undefined ? ['Nothing says how it did where it was found.'] : [foundSentence(found.verdict, found)]),
    ...(own === undefined || others.length === 1 ? [] : [ownSentence(name, own, metric)]),
    ...fewClipsSentences(transfer),
  ];
  return { name, verdicts, sentences, own, found };
}

function foundOf({ schedule, outcome, study }: Transfer['contenders'][number]): Found | undefined {
  if (outcome === undefined || study === undefined || !sameBetas(outcome.betas, schedule.betas)) return undefined;
  const rivals = outcome.comparisons
    .filter(({ betas }) => !sameBetas(betas, schedule.betas))
    .map(({ name, heldout, difference }): Rival => ({ name, score: heldout, behind: difference }));
  const verdict = transferVerdict(outcome.heldout, rivals);
  const { checkpoint, heldoutClips, metric } = study;
  return { model: checkpoint.name, clips: heldoutClips.length, metric, holds: verdict.holds, verdict, outcome };
}

/** What `schedule-transfer` prints for people. */
export function transferText(transfer: Transfer): string {
  const { metric, contenders } = transfer;
  const { name, sentences, found } = judge(transfer);
  const all = namedHeard(transfer);
  const rows = standingsBy(all, metric).map(({ index, score }) => {
    const behind = pairedDifference(all[index]!.byClip[metric], all[0]!.byClip[metric]);
    const here = [plusMinus(score), index === 0 ? '' : plusMinus(behind)];
    return [all[index]!.name, ...(found ? thereOf(found, contenders[index]!.schedule.betas, metric) : []), ...here];
  });
  const there = found ? ['where it was found', 'worse by'] : [];
  return [
    `${withUnit(metric)} (mean ± standard error over clips; lower is better), and how much worse than ${name}:`,
    ...rightTable(['schedule', ...there, 'here', 'worse by'], rows),
    '',
    ...sentences,
    costSentence(transfer),
    '',
  ].join('\n');
}

/** A schedule's score where the first was found, and how much worse it was there: the latter is known of the search's metric only. */
function thereOf({ outcome, metric: searched }: Found, betas: readonly number[], metric: MetricName): string[] {
  if (sameBetas(outcome.betas, betas)) return [plusMinus(outcome.metrics[metric]), ''];
  const known = outcome.comparisons.find((comparison) => sameBetas(comparison.betas, betas));
  if (known === undefined) return ['–', '–'];
  return [plusMinus(known.metrics[metric]), searched === metric ? plusMinus(known.difference) : '–'];
}

/** What `schedule-transfer --json` prints. */
export function transferJson(transfer: Transfer): unknown {
  const { name, verdicts, sentences, own, found } = judge(transfer);
  const { holds, best } = verdicts[transfer.metric];
  const there = found && {
    model: found.model,
    metric: found.metric,
    heldoutClips: found.clips,
    holds: found.holds,
    heldout: found.outcome.heldout,
    comparisons: found.outcome.comparisons.map(({ name, heldout, difference }) => ({ name, heldout, difference })),
  };
  return {
    schedule: name,
    holds,
    holdsBy: Object.fromEntries(METRIC_NAMES.map((each) => [each, verdicts[each].holds])),
    bestOther: best ?? null,
    modelsOwn: own ?? null,
    whereFound: there ?? null,
    sentences,
    remarks: transfer.remarks,
    ...heardJson(transfer),
  };
}
