import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { readCheckpoint } from './checkpoints.ts';
import type { Clip } from './corpus.ts';
import { fillInitialWeights } from './initial-weights.ts';
import { FIRST_LOSS_SCALE } from './loss-scale.ts';
import { createControl, type TrainingMemory } from './memory.ts';
import { type ParameterLayout, parameterView } from './parameters.ts';
import type { TrainingPlan } from './plan.ts';
import type { RunState } from './run-state.ts';

/** The state of a run that has made no step, its weights in memory: the plan's, or drawn by the seed. */
export function begin(
  plan: TrainingPlan,
  layout: ParameterLayout,
  { weights, average, lossScale }: TrainingMemory,
): RunState {
  lossScale.set([FIRST_LOSS_SCALE.scale, FIRST_LOSS_SCALE.steps]);
  if (plan.initialWeights === undefined) fillInitialWeights(weights, layout, plan.training.seed);
  else for (const slot of layout.slots) parameterView(weights, slot).set(plan.initialWeights.get(slot.name)!);
  if (average.length > 0) average.set(weights);
  return {
    version: 1,
    step: 0,
    attempt: 0,
    recoveries: [],
    learningRateScale: 1,
    lowest: Number.NaN,
    recentLosses: [],
    lossScale: [FIRST_LOSS_SCALE.scale, FIRST_LOSS_SCALE.steps],
    lossSum: 0,
    lossCount: 0,
    seconds: 0,
    waited: 0,
    jobs: plan.jobs,
    threads: 1,
    recordings: fingerprint(plan.clips),
    tests: [],
  };
}

/**
 * The state of a run at a checkpoint of its folder, with weights, moments and last losses in memory.
 *
 * @throws InputError as `readCheckpoint` does
 */
export async function restore(
  folder: string,
  step: number,
  layout: ParameterLayout,
  memory: TrainingMemory,
): Promise<RunState> {
  const state = await readCheckpoint(folder, step, { layout, arrays: memory });
  memory.lossScale.set(state.lossScale);
  memory.lowest[0] = Number.isNaN(state.lowest) ? Number.POSITIVE_INFINITY : state.lowest;
  const control = createControl(memory);
  state.recentLosses.forEach((loss, i) => {
    const at = step - state.recentLosses.length + i;
    control.report({ step: at, loss, gradientNorm: 0, learningRate: 0, seconds: 0, waited: 0 });
  });
  return state;
}

/** What a user should know of a run that goes on with a plan, a sentence each. */
export function resumeRemarks({ clips, jobs, engines, initialWeights }: TrainingPlan, state: RunState): string[] {
  const remarks = [`Going on after step ${state.step}.`];
  if (initialWeights !== undefined) {
    remarks.push('The weights to begin with have no effect: this run has begun; --fresh begins another with them.');
  }
  if (state.recordings !== fingerprint(clips)) {
    remarks.push(
      'The recordings of the train list are others than before: this is not the run that one of them would have been.',
    );
  }
  const threads = engines[0]?.threads ?? 1;
  if (state.jobs !== jobs || state.threads !== threads) {
    remarks.push(
      `${workers(jobs, threads)} on where ${workers(state.jobs, state.threads, 'began')}: the last digits will differ.`,
    );
  }
  return remarks;
}

function workers(jobs: number, threads: number, verb?: string): string {
  const [s, does] = jobs === 1 ? ['', 'goes'] : ['s', 'go'];
  return `${jobs} worker${s} of ${threads} thread${threads === 1 ? '' : 's'} ${verb ?? does}`;
}

/** Tells lists of recordings apart, wherever they lie. */
function fingerprint(clips: readonly Clip[]): string {
  const hash = createHash('sha256');
  for (const { path, length } of clips) hash.update(`${basename(path)}\t${length}\n`);
  return hash.digest('hex');
}
