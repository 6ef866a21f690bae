import { bestTest, type RunState, type TestResult } from './run-state.ts';

/** What a learning rate is multiplied by after each explosion, and how many there may be before a run is given up. */
const REDUCTION = 0.5;
const MOST_RECOVERIES = 3;

export type Recovery = RunState['recoveries'][number];

/**
 * The best of the tests by schedule; undefined where there was none. What tests at the ends of sessions found must not decide how a
 * run goes on: one that is not stopped does not make them.
 *
 * @param testEvery steps
 */
export function bestScheduledTest({ tests }: RunState, testEvery: number): TestResult | undefined {
  return bestTest({ tests: tests.filter(({ step }) => step % testEvery === 0) });
}

/** Whether an explosion now is one too many: one after three others at later steps than the best test by schedule. */
export function isGivenUp(state: RunState, testEvery: number): boolean {
  const better = bestScheduledTest(state, testEvery)?.step ?? 0;
  return state.recoveries.filter(({ step }) => step > better).length >= MOST_RECOVERIES;
}

/**
 * The checkpoint that a run goes back to after an explosion in the step before `state.step`: that of the last test by schedule, or where
 * it has gone back to that one before, of the best. Those made when some minutes had passed, or for an end, are passed over: where
 * a run goes back to must not depend on how fast it was and when it was stopped.
 *
 * @param checkpoints the steps of those there are, rising, at least one
 * @param testEvery steps
 */
export function stepToGoBackTo(state: RunState, checkpoints: readonly number[], testEvery: number): number {
  const last = lastTestStep(state.step - 1, testEvery);
  const best = bestScheduledTest(state, testEvery)?.step ?? last;
  const wanted = state.recoveries.some(({ backTo }) => backTo === last) ? Math.min(best, last) : last;
  // With another interval between tests than the run had, there may be none just there.
  return checkpoints.findLast((step) => step <= wanted) ?? checkpoints[0]!;
}

/** The last step, at most this one, after which a test is due by schedule; 0 before the first. */
export function lastTestStep(step: number, testEvery: number): number {
  return Math.floor(step / testEvery) * testEvery;
}

/** How a run goes on from an earlier state after an explosion at `failed`: with half the learning rate and other batches. */
export function afterRecovery(earlier: RunState, failed: RunState): RunState {
  const learningRateScale = failed.learningRateScale * REDUCTION;
  const recovery: Recovery = { step: failed.step, backTo: earlier.step, learningRateScale };
  return {
    ...earlier,
    jobs: failed.jobs,
    threads: failed.threads,
    attempt: failed.attempt + 1,
    learningRateScale,
    recoveries: [...failed.recoveries, recovery],
  };
}

export function recoverySentence({ step, backTo, learningRateScale }: Recovery): string {
  return (
    `Step ${step}: the loss exploded, or it or its gradient was not finite; going on from the checkpoint of step ${backTo} with other ` +
    `batches and ${learningRateScale} times the learning rate.`
  );
}

/** @param rate the learning rate of the config */
export function givenUpSentence({ step, learningRateScale }: RunState, rate: number): string {
  return (
    `step ${step}: the loss exploded again, at ${learningRateScale} times the learning rate of ${rate}, after going back ` +
    `${MOST_RECOVERIES} times; try a lower lr or more warmup_steps, a lower grad_clip_threshold, or schedule-prepare to look for ` +
    'recordings that are not speech'
  );
}
