import { coarseIncumbentOf, type HeardByBoth } from './coarse.ts';
import { type ByClip, type Incumbent, incumbentOf } from './race.ts';
import { byClipOf, byId, type Taken } from './taken.ts';

/** What candidates are raced against once a network has heard them; nothing where too few were heard to say. */
export interface Incumbents {
  readonly float?: Incumbent;
  readonly coarse?: Incumbent;
}

interface Race {
  /** Draws of noise that the candidates are heard with. */
  readonly draws: number;
  /** Sizes of the parts of the clips. */
  readonly rungs: readonly number[];
}

/**
 * What candidates are raced against who are heard with so many draws of noise, of what was heard with as many or more.
 *
 * @param complete those heard on all clips
 * @param schedules one of each schedule that was taken
 */
export function incumbentsOf(complete: readonly Taken[], schedules: readonly Taken[], race: Race): Incumbents {
  const { draws, rungs } = race;
  const rivals = eachOnce(complete.filter((taken) => taken.draws >= draws));
  const clips = rungs.reduce((sum, size) => sum + size, 0);
  const byClips: ByClip[] = rivals.map(({ heard }) => byClipOf(heard, draws, clips));
  const float = incumbentOf(byClips);
  if (float === undefined) return {};
  const best = rivals[byClips.indexOf(float.byClip)]!;
  const [own] = heardByBoth(best, race);
  if (own === undefined) return { float };
  const others = schedules.filter(({ heard }) => heard !== best.heard).flatMap((taken) => heardByBoth(taken, race));
  return { float, coarse: coarseIncumbentOf(float, own, others) };
}

/** What both networks made of a schedule on the first part of the clips; nothing where one has not heard it with so many draws. */
export function heardByBoth({ heard, heardCoarsely }: Taken, { draws, rungs }: Race): HeardByBoth[] {
  if (Math.min(heard.length, heardCoarsely.length) < draws) return [];
  return [{ coarse: byClipOf(heardCoarsely, draws, rungs[0]!), float: byClipOf(heard, draws, rungs[0]!) }];
}

/** The first of each schedule, in the order of ids. */
function eachOnce(taken: readonly Taken[]): Taken[] {
  const first = new Map(taken.toSorted((a, b) => byId(b, a)).map((one) => [one.heard, one]));
  return [...first.values()].toSorted(byId);
}
