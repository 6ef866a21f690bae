import { COARSE_NFE } from './coarse.ts';
import type { KnownSchedule } from './known-evaluations.ts';
import { createPrefixLedger } from './prefixes.ts';
import type { StudySettings } from './settings.ts';
import type { Due, Heard, Stage } from './taken.ts';

/** What a search may spend, and what schedules cost. */
export interface Account {
  /** NFE that were taken from the budget. */
  planned(): number;
  /** Takes NFE from the budget; false, for this and all that comes later, where they are not there. */
  take(nfe: number): boolean;
  /**
   * What a schedule must still be heard with on a stage, and what that costs; what an earlier session was charged, where it has heard that.
   *
   * @param heard of it so far by the stage's network; default: nothing
   * @param known default: nothing
   */
  duesOf(betas: readonly number[], stage: Stage, draws: number, heard?: Heard['float'], known?: KnownSchedule): Due[];
}

/**
 * A candidate is charged what it needs beside the ones before it, as if one memory of prefixes served them all.
 *
 * @param hasStopped once true, nothing more is given
 */
export function createAccount(
  { budget, precision, clipSamples, scoringClips, rungs = [] }: StudySettings,
  hasStopped: () => boolean,
): Account {
  const ledger = createPrefixLedger(precision);
  let planned = 0;
  let hasEnded = false;
  return {
    planned: () => planned,
    take(nfe) {
      // A part of an NFE is not exact.
      hasEnded ||= hasStopped() || planned + nfe > budget + 1e-6;
      if (!hasEnded) planned += nfe;
      return !hasEnded;
    },
    duesOf(betas, { part, coarse }, draws, heard = [], known) {
      const [begin, end] = part;
      const share = ((coarse ? COARSE_NFE : 1) * (end - begin)) / scoringClips.length;
      const scope = coarse ? 'coarse/' : '';
      const clips = rungs.length > 1 ? part : undefined;
      const dues: Due[] = [];
      for (let draw = 0; draw < draws; draw++) {
        if ((heard[draw]?.length ?? 0) >= end) continue;
        const needed = [betas, clipSamples * (end - begin), `${scope}${draw}/${begin}/`] as const;
        const before = known?.find({ phase: 'search', replicate: draw, clips, coarse })?.charged;
        if (before === undefined) dues.push({ draw, charged: share * ledger.charge(...needed) });
        else {
          ledger.note(...needed);
          dues.push({ draw, charged: before });
        }
      }
      return dues;
    },
  };
}
