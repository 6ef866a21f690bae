import { meanOverReplicates } from './statistics.ts';
import type { Candidate, Trial } from './trial.ts';

/** What was heard of a schedule. */
export interface Heard {
  /** By draw of noise: the distances of the clips that were heard with it, the first ones. */
  float: readonly (readonly number[])[];
  /** The same by the coarse network. */
  coarse: readonly (readonly number[])[];
  /** Once an evaluation of it has failed twice: why. It is not heard again. */
  failure?: string;
}

/** A candidate that was taken. */
export interface Taken {
  readonly id: number;
  /** Once it is complete, has failed, or has lost its race, the trial. */
  candidate: Candidate | Trial;
  readonly draws: number;
  /** One for all that are of the same schedule. */
  readonly heard: Heard;
  /** The same schedule, taken before with fewer draws of noise. */
  readonly before: Taken | undefined;
  /** The end of the generation that it is of; undefined once that has come. */
  generation: Promise<unknown> | undefined;
}

/** Of those taken of one schedule, from the last on, the first that was heard with so many draws of noise, or has failed. */
export function withDraws(last: Taken, draws: number): Taken | undefined {
  let found = last.heard.failure === undefined ? undefined : last;
  for (let taken: Taken | undefined = last; taken !== undefined; taken = taken.before)
    if (taken.draws >= draws) found = taken;
  return found;
}

/** What became of it, once it is complete, has failed, or has lost its race. */
export function trialOf({ candidate }: Taken): Trial | undefined {
  return 'state' in candidate ? candidate : undefined;
}

/** A draw of noise that a candidate is still to be heard with on a stage, and what that was charged. */
export interface Due {
  readonly draw: number;
  readonly charged: number;
}

/** Clips, from the first up to but not with the second. */
type Part = readonly [begin: number, end: number];

/** Part of a race: clips, and whether the coarse network makes them heard or the one in float32. */
export interface Stage {
  readonly part: Part;
  readonly coarse: boolean;
}

/**
 * The stages of a race, one after another.
 *
 * @param sizes of the parts of the clips
 * @param coarse whether the coarse network comes first, on the first part
 */
export function stagesOf(sizes: readonly number[], coarse: boolean): Stage[] {
  let end = 0;
  const inFloat = sizes.map((size): Stage => {
    end += size;
    return { part: [end - size, end], coarse: false };
  });
  return coarse ? [{ ...inFloat[0]!, coarse }, ...inFloat] : inFloat;
}

/** What was heard by the network of a stage. */
export function rowsOf(heard: Heard, { coarse }: Stage): Heard['float'] {
  return coarse ? heard.coarse : heard.float;
}

/** Adds what a stage made heard with one draw of noise, unless it is there. Arrays are of just the size they need, as there are many. */
export function addRow(heard: Heard, { coarse, part }: Stage, draw: number, distances: readonly number[]): void {
  const rows = rowsOf(heard, { coarse, part });
  const before = rows[draw] ?? [];
  if (before.length !== part[0]) return;
  const row = before.length === 0 ? distances : before.concat(distances);
  const all =
    draw === 0 && rows.length <= 1
      ? [row]
      : Array.from({ length: Math.max(rows.length, draw + 1) }, (_, i) => (i === draw ? row : (rows[i] ?? [])));
  if (coarse) heard.coarse = all;
  else heard.float = all;
}

export function byId(a: { readonly id: number }, b: { readonly id: number }): number {
  return a.id - b.id;
}

export function costOf(dues: readonly Due[]): number {
  return dues.reduce((sum, { charged }) => sum + charged, 0);
}

/** Distances of the first clips, means over the draws that a trial is of. */
export function byClipOf(rows: readonly (readonly number[])[], draws: number, clips: number): readonly number[] {
  if (draws === 1 && rows[0]!.length === clips) return rows[0]!;
  return meanOverReplicates(rows.slice(0, draws).map((row) => row.slice(0, clips)));
}
