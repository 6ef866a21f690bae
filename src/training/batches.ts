import { uniforms } from '../random/noise.ts';

/** What decides every random number of a training run. */
export interface BatchKey {
  /** 0 ≤ seed < 2^53. */
  readonly seed: number;
  /** How often the run has gone back to an earlier checkpoint, below 2^24: it then meets other batches. */
  readonly attempt: number;
}

/** One row of a training step: a segment of a recording at a noise level. */
export interface BatchRow {
  /** Which recording, from 0. */
  readonly clip: number;
  /** The segment's first sample, as a part in [0, 1) of those that it can begin at. */
  readonly start: number;
  /** Which step n of the training schedule, as a part in [0, 1) of them, and where between ℓ_{n−1} and ℓ_n. */
  readonly step: number;
  readonly between: number;
}

/** Uniform in [0, 1): a row's start, the first row's step, a row's place between two levels. */
type Draw = readonly [start: number, step: number, between: number];

/** How many training steps an epoch has: as many whole batches as there are recordings for, and at least one. */
export function stepsPerEpoch(clips: number, rows: number): number {
  return Math.max(1, Math.floor(clips / rows));
}

/**
 * The rows of any training step, whatever was made before it. Every epoch takes all recordings in another order, one segment of
 * each; what does not fill a batch is left out of that epoch (as with torch's DataLoader and drop_last). Where there are fewer
 * recordings than rows, they are taken several times. The noise levels of a step are spread evenly over the training schedule from a
 * start that is drawn, so that each is uniform by itself and their loss varies less than that of independent ones (Kingma et al. 2021, Variational
 * Diffusion Models, arXiv 2107.00630, the low-discrepancy sampler of appendix I.1).
 *
 * @param clips recordings there are
 * @param rows of a step, those of all its accumulated batches
 */
export function createBatches(clips: number, rows: number, { seed, attempt }: BatchKey): (step: number) => BatchRow[] {
  const perEpoch = stepsPerEpoch(clips, rows);
  const orders = new Map<string, Uint32Array>();

  /** The order of the recordings when they are gone through the `round`-th time in an epoch. */
  function order(epoch: number, round: number): Uint32Array {
    const name = `${epoch}/${round}`;
    const known = orders.get(name);
    if (known !== undefined) return known;
    const keys = uniforms(clips, { seed, purpose: 'training-order', clip: epoch, replicate: attempt, k: round });
    const shuffled = Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
    // Only the epoch in hand is asked for.
    for (const old of orders.keys()) if (!old.startsWith(`${epoch}/`)) orders.delete(old);
    orders.set(name, shuffled);
    return shuffled;
  }

  return (step) => {
    const epoch = Math.floor(step / perEpoch);
    const first = (step % perEpoch) * rows;
    const draw = (k: number) =>
      uniforms(3, { seed, purpose: 'training-choice', clip: step, replicate: attempt, k }) as unknown as Draw;
    const [, firstStep] = draw(0);
    return Array.from({ length: rows }, (_, row) => {
      const place = first + row;
      const [start, , between] = draw(row);
      const clip = order(epoch, Math.floor(place / clips))[place % clips]!;
      return { clip, start, step: (firstStep + row / rows) % 1, between };
    });
  };
}
