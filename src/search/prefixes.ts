import { type Precision, type ProcessConstants, processConstants } from '../diffusion/process.ts';
import { keyOfNumbers, NUMBER_LENGTH } from './number-key.ts';
import { recentlyUsed } from './recently-used.ts';

/**
 * Bits of the logarithm of ᾱ in a search: enough for any schedule, and so few that a level that two schedules share is the same number in
 * both, though rounding led to it along other betas.
 */
const LOG_BITS = 32;

/** The constants that a search samples with. */
export function searchConstants(betas: readonly number[], precision: Precision): ProcessConstants {
  return processConstants(betas, precision, LOG_BITS);
}

/**
 * For k = 1 … N − 1 all that decides what the network is asked for the k-th time, beside the noise and the clip: two schedules with the
 * same key there share the first k evaluations. The last one is left out, for only the same schedule once more would share it.
 */
export function prefixKeys(constants: ProcessConstants): string[] {
  const { alphaBars, noiseLevels, meanFromClean, meanFromState, logVariance } = constants;
  const steps = alphaBars.length;
  const told: number[] = [];
  for (let i = steps - 1; i >= 1; i--)
    told.push(alphaBars[i]!, noiseLevels[i]!, meanFromClean[i]!, meanFromState[i]!, logVariance[i]!);
  const all = keyOfNumbers(told);
  // What the network is told at a step, after all numbers of the steps before.
  return Array.from({ length: steps - 1 }, (_, k) => all.slice(0, NUMBER_LENGTH * (5 * k + 2)));
}

/** Numbers, of states and predictions, that a worker keeps for schedules that share a prefix: 128 MiB. */
export const KEPT_STATES = 2 ** 25;

/** Says what evaluations cost where one memory of states serves them all. */
export interface PrefixLedger {
  /**
   * Network evaluations that a schedule needs beyond those known from the ones before; from then on its own are known, too.
   *
   * @param samples of all clips that are generated; always the same for a scope
   * @param scope which clips those are, where they are not always the same
   */
  charge(betas: readonly number[], samples: number, scope?: string): number;
  /** The same where it is known from an earlier session what that came to: what is remembered is then made up for when it matters. */
  note(betas: readonly number[], samples: number, scope?: string): void;
}

/**
 * A memory of which network evaluations were needed, in the order in which they are charged, as large as a worker's: so what a search
 * costs depends neither on how many workers there are nor on which of them had what.
 */
export function createPrefixLedger(precision: Precision): PrefixLedger {
  let known = recentlyUsed<true>(KEPT_STATES);
  let noted: Needed[] = [];

  function need({ betas, samples, scope }: Needed): number {
    const keys = prefixKeys(searchConstants(betas, precision)).map((key) => scope + key);
    const shared = keys.map((key) => known.get(key)).lastIndexOf(true) + 1;
    for (const key of keys) known.set(key, true, 2 * samples);
    return betas.length - shared;
  }

  /** Needs again what was noted: of a night, the last that there is room for. */
  function makeUp(): void {
    const seen = new Set<string>();
    let size = 0;
    let begin = noted.length;
    while (begin > 0 && size <= KEPT_STATES) {
      begin--;
      const { betas, samples, scope } = noted[begin]!;
      for (const key of prefixKeys(searchConstants(betas, precision))) {
        if (!seen.has(scope + key)) size += 2 * samples;
        seen.add(scope + key);
      }
    }
    // Nothing from before is still there.
    if (size > KEPT_STATES) known = recentlyUsed(KEPT_STATES);
    for (const one of noted.slice(begin)) need(one);
    noted = [];
  }
  return {
    charge(betas, samples, scope = '') {
      if (noted.length > 0) makeUp();
      return need({ betas, samples, scope });
    },
    note(betas, samples, scope = '') {
      noted.push({ betas, samples, scope });
    },
  };
}

interface Needed {
  readonly betas: readonly number[];
  readonly samples: number;
  readonly scope: string;
}
