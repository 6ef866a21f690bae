import type { NetworkInput } from '../model/conditioned.ts';
import type { CalibrationGroup } from '../model/eight-bit-model.ts';
import { fillNormal } from '../random/noise.ts';

/** Recorded speech, a whole number of hops, with its log mels [n_mels, frames]. */
export interface CalibrationClip {
  readonly samples: Float32Array;
  readonly mels: Float32Array;
}

/**
 * In σ = sqrt((1 − ᾱ)/ᾱ), from the noisiest on: what a search looks through and published schedules begin with. More groups than two are more exact, and
 * each takes a program's memory (`bench/eight-bit.md`).
 */
const GROUPS = [
  [0.1, 10],
  [1e-4, 0.1],
] as const;

/** In each group, its ends among them. */
const LEVELS = 7;

/**
 * Signals for `calibrateModel`: each clip with noise at some levels of each group, ℓ · clip + sqrt(1 − ℓ²) · noise. The same clips and seed give the same
 * signals.
 */
export function calibrationGroups(clips: readonly CalibrationClip[], seed: number): CalibrationGroup[] {
  return GROUPS.map(([low, high], group) => ({
    above: group === 0 ? 0 : levelOf(high),
    runs: Array.from({ length: LEVELS }, (_, i) => levelOf(low * (high / low) ** (i / (LEVELS - 1)))).flatMap(
      (level, i) => clips.map((clip, c) => noisy(clip, level, { seed, clip: c, k: group * LEVELS + i })),
    ),
  }));
}

function levelOf(sigma: number): number {
  return 1 / Math.sqrt(1 + sigma * sigma);
}

function noisy(
  { samples, mels }: CalibrationClip,
  level: number,
  draw: { readonly seed: number; readonly clip: number; readonly k: number },
): NetworkInput {
  const noise = fillNormal(new Float32Array(samples.length), { ...draw, purpose: 'calibration', replicate: 0 });
  const deviation = Math.sqrt(1 - level * level);
  return {
    signal: samples.map((x, t) => level * x + deviation * noise[t]!),
    mels,
    noiseLevels: Float32Array.of(level),
    batch: 1,
  };
}
