import { meanOverReplicates } from './statistics.ts';
import type { Candidate, Trial } from './trial.ts';

/** A candidate that was taken, and how far it came. */
export interface Taken {
  readonly id: number;
  readonly candidate: Candidate;
  readonly draws: number;
  /** Of its schedule, by draw of noise: the distances of the clips that were heard with it, the first ones. */
  readonly heard: number[][];
  /** The same by the coarse network. */
  readonly heardCoarsely: number[][];
  nfe: number;
  seconds: number;
  /** Once an evaluation of it has failed twice: why. */
  failure?: string;
  /** Once it is complete, has failed, or has lost its race. */
  trial?: Trial;
  /** The end of the generation that it is of. */
  generation: Promise<unknown>;
}

/** A draw of noise that a candidate is still to be heard with on a stage, and what that was charged. */
export interface Due {
  readonly draw: number;
  readonly charged: number;
}

/** A candidate in its race, and what is due, and paid, on each stage. */
export interface Entry {
  readonly taken: Taken;
  readonly paid: readonly (readonly Due[])[];
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

/** What a stage adds to. */
export function rowsOf(
  { heard, heardCoarsely }: Pick<Taken, 'heard' | 'heardCoarsely'>,
  { coarse }: Stage,
): number[][] {
  return coarse ? heardCoarsely : heard;
}

export function byId(a: { readonly id: number }, b: { readonly id: number }): number {
  return a.id - b.id;
}

export function costOf(dues: readonly Due[]): number {
  return dues.reduce((sum, { charged }) => sum + charged, 0);
}

/** Distances of the first clips, means over the draws that a trial is of. */
export function byClipOf(rows: readonly (readonly number[])[], draws: number, clips: number): number[] {
  return meanOverReplicates(rows.slice(0, draws).map((row) => row.slice(0, clips)));
}
