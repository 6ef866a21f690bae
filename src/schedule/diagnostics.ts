import { float32Gain } from './analysis/float32.ts';
import { linear } from './generators/linear.ts';
import type { NoiseSchedule } from './noise-schedule.ts';

/** The noise levels a network was trained on, from the least noisy (near 1) to the noisiest. */
export interface TrainedRange {
  readonly firstLevel: number;
  readonly terminalLevel: number;
}

/** A noise level ℓ, and the σ = sqrt(1 − ℓ²)/ℓ that goes with it. */
interface NoiseAt {
  readonly level: number;
  readonly sigma: number;
}

/** What can be said of a schedule without running a network. */
export interface Diagnostics {
  /** ℓ_N, where sampling starts. */
  readonly terminalLevel: number;
  /** Whether no beta is below the one before it. */
  readonly rising: boolean;
  /** Whether every beta is below the one before it, of three or more: what is not so by chance. */
  readonly falling: boolean;
  /** The smallest ln σ_n − ln σ_{n−1}; Infinity for one step, not above 0 where σ does not rise. */
  readonly smallestGap: number;
  /**
   * How many levels lie above (less noisy than) the first trained level or below (noisier than) the last. The reference's
   * training does draw levels between the first and 1, but only once in a thousand times.
   */
  readonly outsideTrained: { readonly count: number; readonly above: number; readonly below: number };
  /** The ends of the schedule, whatever the order of its levels. */
  readonly leastNoisy: NoiseAt;
  readonly noisiest: NoiseAt;
  /** β_1/(1 − ᾱ_1) as the reference's float32 makes it; 1 in exact arithmetic, Infinity where 1 − ᾱ_1 rounds to zero. */
  readonly float32Gain: number;
  readonly trained: TrainedRange;
}

// The published schedules start at float32's 1e-6, a hair below the trained 1e-6: that is no level outside.
const EDGE = 1e-6;

const TRAINING_LEVELS = linear(1e-6, 1e-2, 1000).levels;

/** The reference's training: 1000 linear betas from 1e-6 to 1e-2, levels from 0.9999995 down to 0.081. */
export const REFERENCE_TRAINING: TrainedRange = {
  firstLevel: TRAINING_LEVELS[0]!,
  terminalLevel: TRAINING_LEVELS.at(-1)!,
};

/** Diagnoses a schedule against the levels its network was trained on; an end not given is the reference's. */
export function diagnose(schedule: NoiseSchedule, range: Partial<TrainedRange> = {}): Diagnostics {
  const trained = { ...REFERENCE_TRAINING, ...range };
  const { betas, levels, sigmas } = schedule;
  const logSigmas = sigmas.map(Math.log);
  const end = (pick: (a: number, b: number) => number) => ({
    level: levels.reduce((a, b) => -pick(-a, -b)),
    sigma: sigmas.reduce((a, b) => pick(a, b)),
  });
  const above = levels.filter((level) => 1 - level < (1 - trained.firstLevel) * (1 - EDGE)).length;
  const below = levels.filter((level) => level < trained.terminalLevel * (1 - EDGE)).length;
  return {
    terminalLevel: levels.at(-1)!,
    rising: betas.every((beta, i) => i === 0 || beta >= betas[i - 1]!),
    falling: betas.length > 2 && betas.every((beta, i) => i === 0 || beta < betas[i - 1]!),
    smallestGap: logSigmas
      .slice(1)
      .reduce((least, x, i) => Math.min(least, x - logSigmas[i]!), Number.POSITIVE_INFINITY),
    outsideTrained: { count: above + below, above, below },
    leastNoisy: end(Math.min),
    noisiest: end(Math.max),
    float32Gain: float32Gain(betas[0]!),
    trained,
  };
}

/** What a user should know, one sentence each; empty when there is nothing. */
export function warnings(diagnostics: Diagnostics): string[] {
  const {
    rising,
    falling,
    smallestGap,
    outsideTrained,
    float32Gain: gain,
    trained,
    leastNoisy,
    noisiest,
  } = diagnostics;
  const found: string[] = [];
  if (smallestGap <= 0) found.push('The levels do not fall at every step.');
  if (falling) found.push('The betas fall throughout: they may be in reverse order, or levels.');
  else if (!rising) found.push('The betas do not rise throughout.');
  if (outsideTrained.above > 0) {
    found.push(
      `${counted(outsideTrained.above)} less noisy than the first trained level, ${trained.firstLevel.toPrecision(8)}; ` +
        `the least noisy is ${leastNoisy.level.toPrecision(8)} ${sigmas(leastNoisy, trained.firstLevel)}.`,
    );
  }
  if (outsideTrained.below > 0) {
    found.push(
      `${counted(outsideTrained.below)} noisier than the last trained level, ${trained.terminalLevel.toPrecision(3)}; ` +
        `the noisiest is ${noisiest.level.toPrecision(3)} ${sigmas(noisiest, trained.terminalLevel)}.`,
    );
  }
  if (!(Math.abs(gain - 1) <= 0.01)) {
    found.push(
      gain === Number.POSITIVE_INFINITY
        ? 'In float32 the last reverse step divides by zero.'
        : `In float32 the last reverse step scales its result by ${gain.toPrecision(3)} instead of 1.`,
    );
  }
  return found;
}

function sigmas({ sigma }: NoiseAt, trainedLevel: number): string {
  return `(σ ${sigma.toPrecision(3)} against ${sigmaOfLevel(trainedLevel).toPrecision(3)})`;
}

/** σ = sqrt(1 − ℓ²)/ℓ of a noise level ℓ in (0, 1]. */
export function sigmaOfLevel(level: number): number {
  return Math.sqrt((1 - level) * (1 + level)) / level;
}

function counted(levels: number): string {
  return levels === 1 ? '1 level is' : `${levels} levels are`;
}
