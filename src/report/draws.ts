import type { StudyData } from '../search/read-study.ts';
import type { Trial } from '../search/trial.ts';
import { counted, decimal } from './numbers.ts';
import { type NamedSchedule, scoredTrial } from './schedules.ts';

/** How many draws of noise the scores of trials are of, the fewest first: one number, or more where some were heard again with more. */
export function drawCounts(trials: readonly Trial[]): number[] {
  const complete = trials.filter(({ state }) => state === 'complete');
  return [...new Set(complete.map(({ draws }) => draws))].toSorted((a, b) => a - b);
}

/** ', 4 draws', to stand behind a score or a name; empty where all scores of the study are of as many. */
export function drawsSuffix({ trials }: StudyData, draws: number): string {
  return drawCounts(trials).length > 1 ? `, ${counted(draws, 'draw')}` : '';
}

/** How many draws a schedule's score on the scoring clips is of. */
export function drawsBehind({ trials, settings }: StudyData, betas: readonly number[]): number {
  return scoredTrial(trials, betas)?.draws ?? settings.replicates;
}

/** A schedule's score on the scoring clips, with its draws where they differ in the study. */
export function scoreText(study: StudyData, { score, betas }: Omit<NamedSchedule, 'name'>): string {
  return `${decimal(score)}${drawsSuffix(study, drawsBehind(study, betas))}`;
}
