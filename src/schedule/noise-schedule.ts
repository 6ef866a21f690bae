import { InputError } from '../formats/input-error.ts';
import { shownText } from '../formats/shown-text.ts';

/** Far beyond any sampler; more in a file, or asked for, is a mistake. */
export const MOST_STEPS = 100_000;

/** What the sampler clamps to [−1, 1] in every reverse step: the predicted clean signal, the state, or nothing. */
export const CLAMPS = ['x0', 'state', 'none'] as const;

export type Clamp = (typeof CLAMPS)[number];

/** What is known of a schedule beside its numbers. */
export interface AboutSchedule {
  /** Default: `custom-N`. */
  readonly name?: string;
  /** Where it comes from: a paper, an address, a study. Default: empty. */
  readonly source?: string;
  /** The sampler clamp it is meant for. Default: 'x0', the reference's. */
  readonly clamp?: Clamp;
  /**
   * Keep published numbers as they are even where a β is not positive, as long as it is within float32 rounding of zero and
   * every ᾱ stays below 1: the reference's 1000-step schedule has β_19 = −1.4e-7. Default: false.
   */
  readonly asPublished?: boolean;
}

/** The JSON form of a schedule, which `loadSchedule` reads back. */
export interface ScheduleJson {
  readonly name: string;
  readonly source: string;
  readonly clamp: Clamp;
  readonly asPublished?: true;
  readonly betas: readonly number[];
}

// Two ulps of float32 at 1: what a float32 program cannot tell from rounding in 1 − β.
const FLOAT32_ROUNDING = 2 ** -22;

// exp(−700) is near the end of float64; beyond it ᾱ is zero and σ infinite.
const SMALLEST_LOG_ALPHA_BAR = -700;

/**
 * A noise schedule, immutable: β_1 … β_N in sampling order of the paper (step 1 is the last one taken, step N the noisiest),
 * with its name, its source and the sampler clamp it is meant for (WaveGrad, arXiv 2009.00713).
 *
 * ᾱ_n = Π_{i≤n}(1 − β_i), ℓ_n = sqrt(ᾱ_n), σ_n = sqrt((1 − ᾱ_n)/ᾱ_n). Every derived array is computed when asked for, has
 * length N, and is summed in log1p so that small betas lose nothing.
 */
export class NoiseSchedule implements Iterable<number> {
  readonly name: string;
  readonly source: string;
  readonly clamp: Clamp;
  readonly asPublished: boolean;
  readonly betas: readonly number[];

  private constructor(betas: readonly number[], about: AboutSchedule) {
    this.name = about.name ?? `custom-${betas.length}`;
    this.source = about.source ?? '';
    this.clamp = about.clamp ?? 'x0';
    this.asPublished = about.asPublished ?? false;
    this.betas = Object.freeze(betas);
    checkBetas(this);
    Object.freeze(this);
  }

  /**
   * A schedule from its betas, each strictly between 0 and 1 (but see `asPublished`).
   *
   * @throws {InputError} if there is none, or for the first that is out of range.
   */
  static fromBetas(betas: Iterable<number>, about: AboutSchedule = {}): NoiseSchedule {
    return new NoiseSchedule([...betas], about);
  }

  /**
   * A schedule from its noise levels ℓ_1 > … > ℓ_N, strictly falling within (0, 1): β_n = 1 − (ℓ_n/ℓ_{n−1})², ℓ_0 = 1.
   * Levels near 1 hold few digits of 1 − ℓ, so betas → levels → betas keeps 1e-12 absolute, not relative.
   *
   * @throws {InputError} if there is none, or for the first that is out of range or does not fall.
   */
  static fromLevels(levels: Iterable<number>, about: AboutSchedule = {}): NoiseSchedule {
    const betas: number[] = [];
    let previous = 1;
    for (const level of levels) {
      if (!(level > 0 && level < previous)) {
        throw failure(
          about.name,
          `level_${betas.length + 1} must lie strictly between 0 and ${previous}, got ${level}`,
        );
      }
      betas.push((((previous - level) / previous) * (previous + level)) / previous);
      previous = level;
    }
    return new NoiseSchedule(betas, about);
  }

  /**
   * A schedule from its σ_1 < … < σ_N, strictly rising, positive, finite: β_n = (σ_n² − σ_{n−1}²)/(1 + σ_n²), σ_0 = 0.
   * betas → sigmas → betas keeps 1e-12 relative where σ grows by at least a hundredth a step, 1e-14 absolute elsewhere.
   *
   * @throws {InputError} if there is none, or for the first that is out of range or does not rise.
   */
  static fromSigmas(sigmas: Iterable<number>, about: AboutSchedule = {}): NoiseSchedule {
    const betas: number[] = [];
    let previous = 0;
    for (const sigma of sigmas) {
      if (!(sigma > previous && sigma < Number.POSITIVE_INFINITY)) {
        throw failure(about.name, `sigma_${betas.length + 1} must be finite and above ${previous}, got ${sigma}`);
      }
      betas.push(betaBetween(previous, sigma));
      previous = sigma;
    }
    return new NoiseSchedule(betas, about);
  }

  /** The same betas, with other things known of them; what is not given stays. */
  with(about: AboutSchedule): NoiseSchedule {
    const { betas, ...known } = this.toJSON();
    return new NoiseSchedule(betas, { ...known, ...about });
  }

  /** N, the number of reverse steps. */
  get length(): number {
    return this.betas.length;
  }

  /** ᾱ_1 … ᾱ_N, each in (0, 1]. */
  get alphaBars(): number[] {
    return logAlphaBars(this.betas).map(Math.exp);
  }

  /** ℓ_1 … ℓ_N: what the network is told. */
  get levels(): number[] {
    return logAlphaBars(this.betas).map((logAlphaBar) => Math.exp(logAlphaBar / 2));
  }

  /** σ_1 … σ_N: the noise beside a signal of unit scale. */
  get sigmas(): number[] {
    return logAlphaBars(this.betas).map((logAlphaBar) => Math.sqrt(Math.expm1(-logAlphaBar)));
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.betas[Symbol.iterator]();
  }

  toJSON(): ScheduleJson {
    const { name, source, clamp, betas } = this;
    return this.asPublished ? { name, source, clamp, asPublished: true, betas } : { name, source, clamp, betas };
  }
}

/**
 * What `NoiseSchedule.fromSigmas` makes of σ_1 < … < σ_N, as plain numbers and unchecked: for who draws many schedules, within a range that was checked.
 */
export function betasOfSigmas(sigmas: readonly number[]): number[] {
  return sigmas.map((sigma, i) => betaBetween(i === 0 ? 0 : sigmas[i - 1]!, sigma));
}

/** β_n = (σ_n² − σ_{n−1}²)/(1 + σ_n²). */
function betaBetween(previous: number, sigma: number): number {
  return ((sigma - previous) * (sigma + previous)) / (1 + sigma * sigma);
}

function logAlphaBars(betas: readonly number[]): number[] {
  let sum = 0;
  return betas.map((beta) => {
    sum += Math.log1p(-beta);
    return sum;
  });
}

function checkBetas({ name, betas, asPublished }: NoiseSchedule): void {
  if (betas.length === 0) throw failure(name, 'expected at least one beta, got none');
  for (const [i, beta] of betas.entries()) {
    if (!(beta < 1 && (beta > 0 || (asPublished && beta > -FLOAT32_ROUNDING)))) {
      throw failure(name, `beta_${i + 1} must lie strictly between 0 and 1, got ${beta}`);
    }
  }
  for (const [i, logAlphaBar] of logAlphaBars(betas).entries()) {
    if (logAlphaBar >= 0) throw failure(name, `alphaBar_${i + 1} must be below 1, got ${Math.exp(logAlphaBar)}`);
    if (logAlphaBar < SMALLEST_LOG_ALPHA_BAR) {
      throw failure(name, `alphaBar_${i + 1} must stay above 1e-304, got e^${logAlphaBar.toFixed(0)}`);
    }
  }
}

/** Of a name in a message; a file's may be of any length. */
const NAMED_CHARACTERS = 100;

function failure(name: string | undefined, what: string): InputError {
  return new InputError(
    `${name === undefined ? 'schedule' : `schedule ${shownText(name, NAMED_CHARACTERS)}`}: ${what}`,
  );
}
