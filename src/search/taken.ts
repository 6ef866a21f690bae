import { meanOverReplicates } from './statistics.ts';
import type { Candidate, Trial } from './trial.ts';

/** A candidate that was taken, and how far it came. */
export interface Taken {
  readonly id: number;
  readonly candidate: Candidate;
  readonly draws: number;
  /** Of its schedule, by draw of noise: the distances of the clips that were heard with it, the first ones. */
  readonly heard: number[][];
  nfe: number;
  seconds: number;
  /** Once it is complete, or has lost its race. */
  trial?: Trial;
  /** The end of the generation that it is of. */
  generation: Promise<unknown>;
}

/** A draw of noise that a candidate is still to be heard with on a part of the clips, and what that was charged. */
export interface Due {
  readonly draw: number;
  readonly charged: number;
}

/** A candidate in its race, and what is due, and paid, on each part of the clips. */
export interface Entry {
  readonly taken: Taken;
  readonly paid: readonly (readonly Due[])[];
}

/** Clips, from the first up to but not with the second. */
export type Part = readonly [begin: number, end: number];

export function partsOf(sizes: readonly number[]): Part[] {
  let end = 0;
  return sizes.map((size): Part => {
    end += size;
    return [end - size, end];
  });
}

export function costOf(dues: readonly Due[]): number {
  return dues.reduce((sum, { charged }) => sum + charged, 0);
}

/** Distances of the first clips, means over the draws that a trial is of. */
export function byClipOf({ heard, draws }: Pick<Taken, 'heard' | 'draws'>, clips: number): number[] {
  return meanOverReplicates(heard.slice(0, draws).map((row) => row.slice(0, clips)));
}
