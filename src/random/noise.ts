import { philox4x32 } from './philox.ts';

/** What random numbers are drawn for; a draw for one purpose never shares numbers with another's. */
const PURPOSES = {
  scoring: 0,
  ranking: 1,
  verification: 2,
  proposal: 3,
  clips: 4,
  inference: 5,
  'initial-weights': 6,
  'training-order': 7,
  'training-choice': 8,
  'training-noise': 9,
  validation: 10,
  'clean-error': 11,
  calibration: 12,
} as const;

export type Purpose = keyof typeof PURPOSES;

/**
 * What a sequence of random numbers is for. Equal keys give equal numbers wherever and whenever they are drawn, so a score
 * does not depend on the worker, the order or the number of jobs.
 */
export interface NoiseKey {
  /** 0 ≤ seed < 2^53. */
  readonly seed: number;
  readonly purpose: Purpose;
  /** Which clip of its set; in training which parameter, epoch or step. */
  readonly clip: number;
  /** Which replicate, below 2^24; in training how often the run went back to an earlier step. */
  readonly replicate: number;
  /**
   * 0 is the start of sampling; k is the noise added after the k-th reverse step, counted from the noisiest level. In training which row
   * of the step, or which time through the recordings; in validation which level.
   */
  readonly k: number;
}

const WORD = 2 ** 32;

/**
 * Fills `out`, and returns it, with standard normal numbers: those of samples `from`, from + 1, … of the sequence the key names. Box and Muller's
 * transform (1958) of Philox words, four samples a block, so that any part of a sequence can be drawn by itself.
 */
export function fillNormal(out: Float32Array, key: NoiseKey, from = 0): Float32Array {
  const draw = keyedBlocks(key);
  const words = new Uint32Array(4);
  const normals = new Float64Array(4);
  let block = -1;
  for (let i = 0; i < out.length; i++) {
    const sample = from + i;
    if (Math.floor(sample / 4) !== block) {
      block = Math.floor(sample / 4);
      draw(words, block);
      boxMuller(normals, 0, words[0]!, words[1]!);
      boxMuller(normals, 2, words[2]!, words[3]!);
    }
    out[i] = normals[sample % 4]!;
  }
  return out;
}

/** `count` numbers of the key's sequence, uniform in [0, 1), with 32 bits each. */
export function uniforms(count: number, key: NoiseKey): Float64Array {
  const draw = keyedBlocks(key);
  const words = new Uint32Array(4);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    if (i % 4 === 0) draw(words, i / 4);
    out[i] = words[i % 4]! / WORD;
  }
  return out;
}

function keyedBlocks({ seed, purpose, clip, replicate, k }: NoiseKey): (words: Uint32Array, block: number) => void {
  const counter = [0, k, clip, PURPOSES[purpose] * 2 ** 24 + replicate];
  const high = Math.floor(seed / WORD);
  return (words, block) => {
    counter[0] = block;
    philox4x32(words, counter, seed >>> 0, high);
  };
}

function boxMuller(out: Float64Array, at: number, first: number, second: number): void {
  const radius = Math.sqrt(-2 * Math.log((first + 1) / WORD));
  const angle = (2 * Math.PI * second) / WORD;
  out[at] = radius * Math.cos(angle);
  out[at + 1] = radius * Math.sin(angle);
}
