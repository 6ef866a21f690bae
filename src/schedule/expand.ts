import { InputError } from '../formats/input-error.ts';
import { checkCount } from './check-count.ts';
import { REFERENCE_TRAINING } from './diagnostics.ts';
import { NoiseSchedule } from './noise-schedule.ts';

/** How `expandSchedule` reaches another number of steps. */
export type ExpansionMethod = (typeof EXPANSION_METHODS)[number];

/** The methods, the default first. */
export const EXPANSION_METHODS = ['split', 'repeat', 'log-linear'] as const;

/**
 * The schedule at another number of steps M.
 *
 * - `split` (default) replaces a beta used k times by k of 1 − (1 − β)^(1/k), which keeps ᾱ_N.
 * - `repeat` copies betas, as the reference's README does; ᾱ_N becomes ᾱ_N^(M/N) or near it.
 * - `log-linear` interpolates ln σ over the step number and keeps σ_1 and σ_N (with M = 1, σ_N alone); any M.
 *
 * In the first two, β_i (i from 0) is used ⌊(i + 1)·M/N⌋ − ⌊i·M/N⌋ times.
 *
 * @throws {InputError} if count is not a positive whole number, is below N with another method than `log-linear`, or above a
 * one-step schedule's with `log-linear`, or the method is unknown.
 */
export function expandSchedule(
  schedule: NoiseSchedule,
  count: number,
  method: ExpansionMethod = 'split',
): NoiseSchedule {
  const n = schedule.length;
  const where = `expand ${schedule.name}`;
  checkCount(`${where}: count`, count);
  if (!EXPANSION_METHODS.includes(method)) {
    throw new InputError(`${where}: method must be one of ${EXPANSION_METHODS.join(', ')}, got ${String(method)}`);
  }
  if (method !== 'log-linear' && count < n) {
    throw new InputError(`${where}: ${method} needs at least its ${n} steps, got ${count} (log-linear can take fewer)`);
  }
  const about = {
    name: `${schedule.name}-${method}-${count}`,
    source: `${schedule.name} (${schedule.source || 'no source'}), ${n} to ${count} steps by ${method}`,
    clamp: schedule.clamp,
    asPublished: schedule.asPublished,
  };
  if (method === 'log-linear') return NoiseSchedule.fromSigmas(logLinear(schedule, count, where), about);
  const betas = schedule.betas.flatMap((beta, i) => {
    const uses = Math.floor(((i + 1) * count) / n) - Math.floor((i * count) / n);
    const used = method === 'repeat' ? beta : -Math.expm1(Math.log1p(-beta) / uses);
    return Array.from({ length: uses }, () => used);
  });
  return NoiseSchedule.fromBetas(betas, about);
}

/**
 * One sentence on what an expansion did to the level that sampling starts from, with a warning when that leaves the range the
 * network was trained on.
 *
 * @param trained the trained range's noisiest level. Default: the reference's, 0.081.
 */
export function describeExpansion(
  before: NoiseSchedule,
  after: NoiseSchedule,
  trained: { readonly terminalLevel: number } = REFERENCE_TRAINING,
): string {
  const from = before.levels.at(-1)!;
  const to = after.levels.at(-1)!;
  const change =
    Math.abs(to - from) < 1e-9
      ? `keeps the terminal level at ${from.toPrecision(4)}`
      : `moves the terminal level from ${from.toPrecision(4)} to ${to.toPrecision(4)}`;
  const warning =
    to < trained.terminalLevel
      ? `, warning: that is below ${trained.terminalLevel.toPrecision(4)}, the noisiest level of training`
      : '';
  return `${before.length} -> ${after.length} steps ${change}${warning}.`;
}

function logLinear(schedule: NoiseSchedule, count: number, where: string): number[] {
  const sigmas = schedule.sigmas;
  const last = sigmas.length - 1;
  if (count === 1) return [sigmas[last]!];
  if (last === 0) throw new InputError(`${where}: log-linear needs two steps to interpolate between, got 1`);
  return Array.from({ length: count }, (_, i) => {
    const position = (i * last) / (count - 1);
    const below = Math.min(Math.floor(position), last - 1);
    const fraction = position - below;
    return sigmas[below]! ** (1 - fraction) * sigmas[below + 1]! ** fraction;
  });
}
