import type { StudyData } from '../../search/read-study.ts';
import { sameBetas } from '../../search/trial.ts';
import { baselinesOf, leader, runnerUpAmongBaselines } from '../schedules.ts';
import { withUnit } from '../units.ts';
import { comparable } from './comparable.ts';
import { contourPlot } from './contour.ts';
import { distributionPlot } from './distribution.ts';
import { historyPlot } from './history.ts';
import { importancePlot, levelImportances } from './importance.ts';
import { ladderPlot } from './ladder.ts';
import { parallelPlot } from './parallel.ts';
import type { Plot } from './plot.ts';
import { slicesPlot } from './slices.ts';

/** The figures of a study's trials; none where no trial is complete. */
export function plotsOf(study: StudyData): Plot[] {
  const { trials, settings } = study;
  const complete = trials.filter(({ state }) => state === 'complete');
  const winner = leader(study);
  const ladders = winner === undefined ? [] : [ladderPlot(winner, baselinesOf(study), runnerUp(study))];
  if (complete.length === 0) return ladders;
  const schedules = comparable(trials);
  const best = schedules.trials.find(({ betas }) => winner !== undefined && sameBetas(betas, winner.betas));
  const metric = withUnit(settings.metric);
  const levels = levelImportances(settings.steps, schedules);
  const contour = contourPlot(schedules, levels, best, metric);
  return [
    historyPlot(study, complete),
    parallelPlot(settings.steps, schedules, trials),
    slicesPlot(settings.steps, schedules, best, metric),
    ...(contour === undefined ? [] : [contour]),
    ...(levels.length === 0 ? [] : [importancePlot(levels)]),
    distributionPlot(schedules, new Set(baselinesOf(study).map(({ name }) => name)), metric),
    ...ladders,
  ];
}

/** Unless it is a baseline, which has a ladder of its own. */
function runnerUp({ outcome }: StudyData) {
  if (outcome?.runnerUp === undefined || runnerUpAmongBaselines(outcome) !== undefined) return undefined;
  const { trial, betas } = outcome.runnerUp;
  return { name: `trial ${trial}, runner-up`, betas };
}
