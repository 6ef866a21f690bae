import { InputError } from '../formats/input-error.ts';
import { cosine } from './generators/cosine.ts';
import { fibonacci } from './generators/fibonacci.ts';
import { geometric } from './generators/geometric.ts';
import { karras } from './generators/karras.ts';
import { linear } from './generators/linear.ts';
import { polyexponential } from './generators/polyexponential.ts';
import { quadratic } from './generators/quadratic.ts';
import { quadraticT } from './generators/quadratic-t.ts';
import { sigmoid } from './generators/sigmoid.ts';
import { TRAINING } from './generators/training-steps.ts';
import { uniformLogSnr } from './generators/uniform-log-snr.ts';
import { uniformT } from './generators/uniform-t.ts';
import type { NoiseSchedule } from './noise-schedule.ts';

/** The two numbers that a schedule of a family goes between, of which those of `fibonacci` are the first two betas. */
export type FamilyRange = readonly [lo: number, hi: number];

/** Values of a family's parameters, by name. */
export type FamilyParameters = Readonly<Record<string, number>>;

/** Schedules of any number of steps by one rule. */
export interface Family {
  /** One line with the paper. */
  readonly describe: string;
  readonly range: {
    /** What a range is of: betas, σ, or steps t of training. */
    readonly of: 'beta' | 'sigma' | 't';
    readonly default: FamilyRange;
  };
  readonly parameters: Readonly<Record<string, { readonly default: number; readonly describe: string }>>;
  /**
   * @param training what families over steps t take their levels from. Default: the reference's, 1000 linear betas.
   * @throws {InputError} where the generator does: n, the range or a parameter is out of bounds.
   */
  readonly make: (
    n: number,
    range: FamilyRange,
    parameters?: FamilyParameters,
    training?: NoiseSchedule,
  ) => NoiseSchedule;
}

// The first and the last beta of the reference's training.
const BETAS = { of: 'beta', default: [1e-6, 1e-2] } as const;

// About where the published schedules of few steps lie, which start at σ from 1e-3 to 2e-2 and end at 0.28 to 1.6. The upper end, a
// level of 0.82, is one that WaveGrad has been trained on (up to 12.3, 0.081); so is the lower, where float32 takes 1 − ᾱ_1 to 0.7 %.
const SIGMAS = { of: 'sigma', default: [1.2e-3, 0.7] } as const;

const STEPS = { of: 't', default: [1, TRAINING.length] } as const;

/**
 * Every family by the name it has on the command line, sorted by what their ranges are of. A new one is a file in `generators/` and
 * an entry here.
 */
export const FAMILIES: Readonly<Record<string, Family>> = {
  'uniform-log-snr': {
    describe: 'even in log-SNR, -2 ln sigma (DPM-Solver, arXiv 2206.00927)',
    range: SIGMAS,
    parameters: {},
    make: (n, [lo, hi]) => uniformLogSnr(lo, hi, n),
  },
  karras: {
    describe: 'even in sigma^(1/rho) (Karras et al., arXiv 2206.00364)',
    range: SIGMAS,
    parameters: { rho: { default: 7, describe: 'how much denser the levels lie at low noise, 0.1 to 100' } },
    make: (n, [lo, hi], { rho } = {}) => karras(lo, hi, n, rho),
  },
  polyexponential: {
    describe: 'ln sigma along a power of the step number (k-diffusion)',
    range: SIGMAS,
    parameters: { rho: { default: 1, describe: 'the power of the step number, 0.1 to 100; 1 is uniform-log-snr' } },
    make: (n, [lo, hi], { rho } = {}) => polyexponential(lo, hi, n, rho),
  },
  cosine: {
    describe: 'a squared cosine for the signal (Nichol & Dhariwal, arXiv 2102.09672)',
    range: SIGMAS,
    parameters: { s: { default: 0.008, describe: 'offset that enlarges the first steps, 0 to 1' } },
    make: (n, [lo, hi], { s } = {}) => cosine(lo, hi, n, s),
  },
  sigmoid: {
    describe: 'a piece of the logistic curve for the signal (Jabri et al., arXiv 2212.11972)',
    range: SIGMAS,
    parameters: {
      start: { default: -3, describe: 'where the piece starts, -10 to 10' },
      end: { default: 3, describe: 'where it ends' },
      tau: { default: 1, describe: 'temperature of the curve, 0.1 to 10' },
    },
    make: (n, [lo, hi], { start, end, tau } = {}) => sigmoid(lo, hi, n, start, end, tau),
  },
  'uniform-t': {
    describe: 'levels at even steps of training (DDIM, arXiv 2010.02502)',
    range: STEPS,
    parameters: {},
    make: (n, [lo, hi], _, training) => uniformT(lo, hi, n, training),
  },
  'quadratic-t': {
    describe: 'levels at steps of training with even square roots (DDIM, arXiv 2010.02502)',
    range: STEPS,
    parameters: {},
    make: (n, [lo, hi], _, training) => quadraticT(lo, hi, n, training),
  },
  linear: {
    describe: 'even in beta (DDPM, arXiv 2006.11239)',
    range: BETAS,
    parameters: {},
    make: (n, [lo, hi]) => linear(lo, hi, n),
  },
  quadratic: {
    describe: 'even in the square root of beta (DDPM; latent diffusion, arXiv 2112.10752)',
    range: BETAS,
    parameters: {},
    make: (n, [lo, hi]) => quadratic(lo, hi, n),
  },
  geometric: {
    describe: "even in ln beta, as the decades of the reference's grid search",
    range: BETAS,
    parameters: {},
    make: (n, [lo, hi]) => geometric(lo, hi, n),
  },
  fibonacci: {
    describe: 'each the sum of the two before, from 1e-6 and 2e-6 (WaveGrad, arXiv 2009.00713)',
    range: { of: 'beta', default: [1e-6, 2e-6] },
    parameters: {},
    make: (n, [lo, hi]) => fibonacci(lo, hi, n),
  },
};

/**
 * The schedule of n steps of a family.
 *
 * @param range default: the family's.
 * @param parameters those left out have the family's defaults.
 * @param training what the network was trained with, for families over its steps t. Default: the reference's.
 * @throws {InputError} if there is no family or parameter of that name (the sentence lists them), or n, the range or a parameter is
 * out of bounds.
 */
export function makeFamily(
  name: string,
  n: number,
  range?: FamilyRange,
  parameters: FamilyParameters = {},
  training: NoiseSchedule = TRAINING,
): NoiseSchedule {
  const family = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (family === undefined) {
    throw new InputError(`family: expected one of ${Object.keys(FAMILIES).join(', ')}, got ${name}`);
  }
  const known = Object.keys(family.parameters);
  const unknown = Object.keys(parameters).find((parameter) => !known.includes(parameter));
  if (unknown !== undefined) {
    throw new InputError(`${name}: expected no parameter but ${known.join(', ') || 'the range'}, got ${unknown}`);
  }
  return family.make(n, range ?? defaultRange(family, training), parameters, training);
}

/** The range that a family has unless another is given: over steps t, all of the training. */
export function defaultRange({ range }: Family, training: NoiseSchedule = TRAINING): FamilyRange {
  return range.of === 't' ? [1, training.length] : range.default;
}

/**
 * The family that a text such as `karras` or `karras:1e-3:0.7` names, with its range where there is one; undefined where it names
 * none, as a preset or a path would.
 *
 * @throws {InputError} if what follows a family's name is no range.
 */
export function parseFamily(text: string): { readonly name: string; readonly range?: FamilyRange } | undefined {
  const [name, ...ends] = text.split(':');
  if (name === undefined || !Object.hasOwn(FAMILIES, name)) return undefined;
  if (ends.length === 0) return { name };
  const [lo, hi] = ends.map((end) => (end.trim() === '' ? Number.NaN : Number(end)));
  if (ends.length !== 2 || !Number.isFinite(lo) || !Number.isFinite(hi)) {
    throw new InputError(`${text}: expected a family, alone or with a range such as ${name}:${example(name)}`);
  }
  return { name, range: [lo!, hi!] };
}

function example(name: string): string {
  return FAMILIES[name]!.range.default.join(':');
}
