import type { NoiseSchedule } from '../noise-schedule.ts';
import { TRAINING, trainingStepSchedule } from './training-steps.ts';

/**
 * n levels at steps of training from lo to hi whose square roots are evenly spaced (Song et al. 2020, DDIM, arXiv 2010.02502,
 * appendix D.2, 'quadratic', where steps are whole). Between two steps the level is interpolated linearly, as WaveGrad's training
 * draws it. With n = 1, hi alone.
 *
 * @param training what the network was trained with, T steps. Default the reference's, 1000 linear betas from 1e-6 to 1e-2.
 * @throws {InputError} unless n is a whole number from 1 to 100,000 and 1e-6 ≤ lo < hi ≤ T, with hi ≥ (1 + 1e-6)·lo; or if the levels
 * of another training do not fall enough for float64 to tell those of the schedule apart.
 */
export function quadraticT(lo: number, hi: number, n: number, training: NoiseSchedule = TRAINING): NoiseSchedule {
  const [from, to] = [Math.sqrt(lo), Math.sqrt(hi)];
  return trainingStepSchedule({ name: 'quadratic-t', lo, hi, n, training }, (t, rest) => (rest * from + t * to) ** 2);
}
