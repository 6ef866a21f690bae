import { stepLimit, type TrainingPlan } from '../training/plan.ts';

/** Seconds that things took lately; undefined where that is not known yet. */
export interface Pace {
  readonly step?: number;
  readonly test?: number;
}

/** The reference's n_epoch, which stands for no end, and all above. */
const ENDLESS_EPOCHS = 100_000_000;

/**
 * How far a run is, from 0 to 1, and how long it still takes with the tests that come: to its end by steps, epochs or minutes, whichever
 * is nearest; where it has none, to the end of its epoch.
 *
 * @param at.step steps done
 * @param at.seconds since this session's training began
 */
export function positionOf(
  plan: TrainingPlan,
  at: { readonly step: number; readonly seconds: number },
  pace: Pace,
): { readonly share: number; readonly secondsLeft?: number } {
  const { mostSeconds, mostSteps, stepsPerEpoch, testEvery, training } = plan;
  const isEndless = mostSteps === undefined && training.nEpoch >= ENDLESS_EPOCHS;
  const secondsTo = (step: number, tests: number) =>
    pace.step === undefined ? undefined : (step - at.step) * pace.step + tests * (pace.test ?? 0);
  const ends: { readonly share: number; readonly secondsLeft?: number }[] = [];
  if (mostSeconds !== undefined) {
    ends.push({ share: Math.min(1, at.seconds / mostSeconds), secondsLeft: Math.max(0, mostSeconds - at.seconds) });
  }
  if (!isEndless) {
    const end = stepLimit(plan);
    // One test is at the end, whether the interval ends there or not.
    const tests = Math.ceil(end / testEvery) - Math.floor(at.step / testEvery);
    ends.push({ share: at.step / end, secondsLeft: secondsTo(end, tests) });
  }
  if (ends.length === 0) {
    const done = at.step % stepsPerEpoch;
    const end = at.step - done + stepsPerEpoch;
    const tests = Math.floor((end - 1) / testEvery) - Math.floor(at.step / testEvery);
    return { share: done / stepsPerEpoch, secondsLeft: secondsTo(end, tests) };
  }
  const left = ({ secondsLeft = Number.POSITIVE_INFINITY }: (typeof ends)[number]) => secondsLeft;
  return ends.reduce((nearest, each) => (left(each) < left(nearest) ? each : nearest));
}
