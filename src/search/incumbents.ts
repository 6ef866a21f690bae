import { coarseIncumbentOf, type HeardByBoth } from './coarse.ts';
import { createIncumbent, type Incumbent } from './race.ts';
import { byClipOf, byId, type Heard, type Taken } from './taken.ts';

/** What candidates are raced against once a network has heard them; nothing where too few were heard to say. */
export interface Incumbents {
  readonly float?: Incumbent;
  readonly coarse?: Incumbent;
}

/** The best trials so far, as they are raced against. */
export interface IncumbentsSoFar {
  /** Adds one that was heard on all clips. */
  add(taken: Taken): void;
  /**
   * What candidates are raced against who are heard with so many draws of noise, of what was heard with as many or more.
   *
   * @param coarsely the schedules that the coarse network has heard
   */
  of(draws: number, coarsely: Iterable<Heard>): Incumbents;
}

/**
 * Keeps what candidates are raced against as trials come, in a time that hardly grows with their number.
 *
 * @param rungs sizes of the parts of the clips
 */
export function createIncumbents(rungs: readonly number[]): IncumbentsSoFar {
  const clips = rungs.reduce((sum, size) => sum + size, 0);
  const complete: Taken[] = [];
  const ofDraws = new Map<number, ReturnType<typeof createRivals>>();

  /** The schedules heard with at least so many draws, each once. */
  function createRivals(draws: number) {
    const incumbent = createIncumbent<Heard>();
    const seen = new Set<Heard>();
    let added = 0;
    return {
      current() {
        const fresh = complete.slice(added).filter((taken) => taken.draws >= draws);
        added = complete.length;
        // The first of each schedule, in the order of ids, which does not depend on when each ended.
        for (const { heard } of fresh.toSorted(byId)) {
          if (seen.has(heard)) continue;
          seen.add(heard);
          incumbent.add(byClipOf(heard.float, draws, clips), heard);
        }
        return incumbent.current();
      },
    };
  }

  return {
    add: (taken) => complete.push(taken),
    of(draws, coarsely) {
      const rivals = ofDraws.get(draws) ?? createRivals(draws);
      ofDraws.set(draws, rivals);
      const current = rivals.current();
      if (current === undefined) return {};
      const { tag: best, ...float } = current;
      const race = { draws, rungs };
      const [own] = heardByBoth(best, race);
      if (own === undefined) return { float };
      const others = [...coarsely].filter((heard) => heard !== best).flatMap((heard) => heardByBoth(heard, race));
      return { float, coarse: coarseIncumbentOf(float, own, others) };
    },
  };
}

interface Race {
  /** Draws of noise that the candidates are heard with. */
  readonly draws: number;
  /** Sizes of the parts of the clips. */
  readonly rungs: readonly number[];
}

/** What both networks made of a schedule on the first part of the clips; nothing where one has not heard it with so many draws. */
export function heardByBoth({ float, coarse, failure }: Heard, { draws, rungs }: Race): HeardByBoth[] {
  if (failure !== undefined || Math.min(float.length, coarse.length) < draws) return [];
  return [{ coarse: byClipOf(coarse, draws, rungs[0]!), float: byClipOf(float, draws, rungs[0]!) }];
}
