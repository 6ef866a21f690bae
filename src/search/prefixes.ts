import { type Precision, type ProcessConstants, processConstants } from '../diffusion/process.ts';
import { keyOfNumbers } from './number-key.ts';
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
  const keys: string[] = [];
  let done = '';
  for (let i = alphaBars.length - 1; i >= 1; i--) {
    keys.push(done + keyOfNumbers([alphaBars[i]!, noiseLevels[i]!]));
    done += keyOfNumbers([alphaBars[i]!, noiseLevels[i]!, meanFromClean[i]!, meanFromState[i]!, logVariance[i]!]);
  }
  return keys;
}

/** Numbers, of states and predictions, that a worker keeps for schedules that share a prefix: 128 MiB. */
export const KEPT_STATES = 2 ** 25;

/** Says what evaluations cost where one memory of states serves them all. */
export interface PrefixLedger {
  /**
   * Network evaluations that a schedule needs beyond those known from the ones before; from then on its own are known, too.
   *
   * @param samples of all clips that are generated
   * @param scope which clips those are, where they are not always the same
   */
  charge(betas: readonly number[], samples: number, scope?: string): number;
}

/**
 * A memory of which network evaluations were needed, in the order in which they are charged, as large as a worker's: so what a search
 * costs depends neither on how many workers there are nor on which of them had what.
 */
export function createPrefixLedger(precision: Precision): PrefixLedger {
  // A schedule is charged for several parts of the clips, one after another.
  let last: { readonly betas: readonly number[]; readonly keys: readonly string[] } = { betas: [], keys: [] };
  const known = recentlyUsed<true>(KEPT_STATES);
  return {
    charge(betas, samples, scope = '') {
      if (betas !== last.betas) last = { betas, keys: prefixKeys(searchConstants(betas, precision)) };
      const scoped = last.keys.map((key) => scope + key);
      const shared = scoped.map((key) => known.get(key)).lastIndexOf(true) + 1;
      for (const key of scoped) known.set(key, true, 2 * samples);
      return betas.length - shared;
    },
  };
}
