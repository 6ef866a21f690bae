import Table from 'cli-table3';
import { coarseSentence } from '../report/coarse-sentence.ts';
import { drawsSuffix, scoreText } from '../report/draws.ts';
import { decimal, duration, grouped, plusMinus } from '../report/numbers.ts';
import { rivalsOf } from '../report/schedules.ts';
import { verdictSentences } from '../report/verdict-sentences.ts';
import { diagnose, type TrainedRange, warnings } from '../schedule/diagnostics.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { Outcome } from '../search/outcome.ts';
import type { StudyData } from '../search/read-study.ts';
import { studyPaths } from '../search/study.ts';
import { byScore } from '../search/trial.ts';

/** What a search came to. */
export interface Found {
  readonly outcome: Outcome;
  readonly folder: string;
  /** Network evaluations that this run made; the others were in the journal. */
  readonly nfeMade: number;
}

/** What `--json` prints. */
export function asJson({ outcome, nfeMade }: Found, { folder: study }: StudyData, report: string): string {
  return `${JSON.stringify({ ...outcomeAsJson(outcome), nfeMade, study, report }, null, 2)}\n`;
}

/** Of what a search came to, what `--json` prints. */
export function outcomeAsJson(outcome: Outcome) {
  const { name, betas, score, heldout, runnerUp: second, comparisons, coarse, nfe, seconds } = outcome;
  const presets = comparisons.map((preset) => {
    return { name: preset.name, score: preset.score, heldout: preset.heldout, difference: preset.difference };
  });
  const best = { name, betas, score, heldout };
  const runnerUp = second && {
    trial: second.trial,
    betas: second.betas,
    score: second.score,
    heldout: second.heldout,
    difference: second.difference,
  };
  return { best, runnerUp, presets, coarse, nfe: nfe.search, verificationNfe: nfe.verification, seconds };
}

/** What is printed for people. */
export function asText(
  { outcome, nfeMade }: Found,
  study: StudyData,
  trained: TrainedRange,
  reportPath: string,
): string {
  const table = new Table({
    head: ['schedule', 'scoring clips', 'held-out clips', 'worse than the winner by'],
    style: { head: [], border: [] },
  });
  const origin = study.trials.find(({ id }) => id === outcome.trial)?.origin ?? '';
  table.push([
    `${outcome.name} (trial ${outcome.trial}, ${origin})`,
    scoreText(study, outcome),
    plusMinus(outcome.heldout),
    '',
  ]);
  for (const rival of rivalsOf(outcome)) {
    table.push([rival.name, scoreText(study, rival), plusMinus(rival.heldout), plusMinus(rival.difference)]);
  }
  const paths = studyPaths(study.folder);
  return [
    `Best schedule (betas): [${outcome.betas.join(', ')}]`,
    '',
    `${study.settings.metric} (mean ± standard error over clips; lower is better):`,
    table.toString(),
    '',
    ...verdictSentences(outcome),
    ...winnerWarnings(outcome, trained),
    ...rankingSentence(outcome, study),
    ...budgetSentence(outcome, study),
    ...coarseSentence(outcome),
    `${grouped(outcome.nfe.search)} NFE for the search, ${grouped(outcome.nfe.verification)} for the verification (${grouped(nfeMade)} made by this run), ${duration(outcome.seconds)}.`,
    `Schedule: ${paths.best}`,
    `Trials:   ${paths.trials}`,
    `Report:   ${reportPath}`,
    '',
  ].join('\n');
}

/** What is to be said of the winner for a model that knows these noise levels. */
export function winnerWarnings({ betas, name }: Outcome, trained: TrainedRange): string[] {
  return warnings(diagnose(NoiseSchedule.fromBetas(betas, { name, asPublished: true }), trained));
}

/** That a budget ended before anything new was tried, where it did. */
function budgetSentence({ comparisons }: Outcome, { settings, trials }: StudyData): string[] {
  const known = new Set(comparisons.map(({ name }) => name));
  if (settings.strategy === 'presets' || trials.some(({ origin }) => !known.has(origin))) return [];
  return [
    `The budget of ${grouped(settings.budget)} NFE ended with the schedules that are known: a larger --budget goes on, with ${settings.strategy}.`,
  ];
}

/** Why the winner is not the trial that did best on the scoring clips, where it is not. */
function rankingSentence({ trial, finalists }: Outcome, study: StudyData): string[] {
  const lowest = study.trials.toSorted(byScore)[0]!;
  if (lowest.id === trial) return [];
  const score = `trial ${lowest.id} did best on the scoring clips, ${decimal(lowest.score)}${drawsSuffix(study, lowest.draws)}`;
  return [
    `Of the ${finalists.length} trials that were ranked on held-out clips, with other noise than the table's, trial ${trial} came first; ${score}.`,
  ];
}
