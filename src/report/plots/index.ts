import type { StudyData } from '../../search/read-study.ts';
import { baselinesOf, leader } from '../schedules.ts';
import { historyPlot } from './history.ts';
import { ladderPlot } from './ladder.ts';
import { parallelPlot } from './parallel.ts';
import type { Plot } from './plot.ts';

/** The figures of a study; none where no trial is complete. */
export function plotsOf(study: StudyData): Plot[] {
  const complete = study.trials.filter(({ state }) => state === 'complete');
  const winner = leader(study);
  return [
    ...(complete.length === 0 ? [] : [historyPlot(study, complete), parallelPlot(study)]),
    ...(winner === undefined ? [] : [ladderPlot(winner, baselinesOf(study))]),
  ];
}
