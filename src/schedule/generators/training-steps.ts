import { InputError } from '../../formats/input-error.ts';
import { checkCount } from '../check-count.ts';
import { NoiseSchedule } from '../noise-schedule.ts';
import { linear } from './linear.ts';
import { spread } from './spread.ts';

/** The reference's training schedule. */
export const TRAINING = linear(1e-6, 1e-2, 1000);

// As for σ: closer ends leave 100,000 levels between them too few float64 values to differ by.
const LEAST_RATIO = 1 + 1e-6;

/** What a family over steps of training is made from. */
interface StepFamily {
  readonly name: string;
  readonly lo: number;
  readonly hi: number;
  readonly n: number;
  readonly training: NoiseSchedule;
}

/**
 * The schedule whose levels are those of training at step lo, at step hi, and between them at stepAt(t, 1 − t) for evenly spaced t.
 * Between two steps the level is interpolated linearly, as WaveGrad's training draws it; before step 1, from level 1 at step 0.
 *
 * @throws {InputError} unless n is a whole number from 1 to 100,000 and 1e-6 ≤ lo ≤ hi ≤ T, with hi ≥ (1 + 1e-6)·lo for n > 1; or if
 * the levels of training do not fall enough to tell those of the schedule apart.
 */
export function trainingStepSchedule(
  { name, lo, hi, n, training }: StepFamily,
  stepAt: (t: number, rest: number) => number,
): NoiseSchedule {
  checkCount(`${name}: n`, n);
  if (!(lo >= 1e-6 && hi <= training.length && hi >= (n === 1 ? lo : lo * LEAST_RATIO))) {
    throw new InputError(
      `${name}: the range must be two steps of training from 1e-6 to ${training.length}, the second at least 1.000001 times the first, got [${lo}, ${hi}]`,
    );
  }
  // 1 − ℓ, which keeps the digits that ℓ near 1 has lost. Step 0 is the clean signal.
  const deficits = [0, ...training.sigmas.map((sigma) => -Math.expm1(-Math.log1p(sigma * sigma) / 2))];
  const steps = spread(n, (t, rest) => (rest === 0 ? hi : t === 0 ? lo : stepAt(t, rest)));
  const sigmas = steps.map((step) => {
    const below = Math.min(Math.floor(step), training.length - 1);
    const fraction = step - below;
    const deficit = deficits[below]! * (1 - fraction) + deficits[below + 1]! * fraction;
    return Math.sqrt(deficit * (2 - deficit)) / (1 - deficit);
  });
  const about = { name: `${name}-${n}`, source: `${name}(${lo}, ${hi}, ${n}) of ${training.source || training.name}` };
  return NoiseSchedule.fromSigmas(sigmas, about);
}
