import { basename, extname } from 'node:path';
import { InputError } from '../../formats/input-error.ts';
import { type AboutSchedule, MOST_STEPS, NoiseSchedule } from '../noise-schedule.ts';

/** What a file may hold of a schedule: β_1 … β_N, ℓ_1 … ℓ_N or σ_1 … σ_N. */
export const QUANTITIES = ['betas', 'levels', 'sigmas'] as const;

export type Quantity = (typeof QUANTITIES)[number];

/** What a file says of a schedule, before it is known to be one. */
export interface ScheduleParts {
  readonly quantity: Quantity;
  readonly values: readonly number[];
  /** Without a clamp where nothing says one. */
  readonly about: AboutSchedule;
  readonly provenance?: Provenance;
}

/** How a schedule came about: any JSON object. */
export type Provenance = Readonly<Record<string, unknown>>;

/** What a file says: a schedule, and what goes with it. */
export interface FiledSchedule {
  readonly schedule: NoiseSchedule;
  /** False where the schedule's clamp is only assumed, as of numbers alone. */
  readonly saysClamp: boolean;
  /** Only JSON has one. */
  readonly provenance?: Provenance;
}

type Make = (values: readonly number[], about: AboutSchedule) => NoiseSchedule;

const MAKE: Readonly<Record<Quantity, Make>> = {
  betas: (values, about) => NoiseSchedule.fromBetas(values, about),
  levels: (values, about) => NoiseSchedule.fromLevels(values, about),
  sigmas: (values, about) => NoiseSchedule.fromSigmas(values, about),
};

/**
 * The schedule of a file's parts, named after the file where they have no name.
 *
 * @throws {InputError} with the path, if there are no steps or more than 100,000, or for the first number that does not fit.
 */
export function scheduleOf({ quantity, values, about, provenance }: ScheduleParts, path: string): FiledSchedule {
  checkSteps(values.length, path);
  try {
    const schedule = MAKE[quantity](values, { ...about, name: about.name ?? basename(path, extname(path)) });
    return { schedule, saysClamp: about.clamp !== undefined, provenance };
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}: ${error.message}`) : error;
  }
}

/** @throws {InputError} that begins with `where`, for more than 100,000 steps. */
export function checkSteps(steps: number, where: string): void {
  if (steps > MOST_STEPS) throw new InputError(`${where}: expected at most ${MOST_STEPS} steps, got ${steps}`);
}

/**
 * The parts of a file that holds nothing but betas. A β that is zero but for float32 rounding, as in the reference's 1000 steps,
 * is taken for a published one.
 */
export function bareBetas(values: readonly number[], path: string): ScheduleParts {
  const asPublished = values.some((beta) => beta <= 0);
  return { quantity: 'betas', values, about: { source: basename(path), asPublished } };
}

/**
 * A file's bytes as text, without a byte order mark.
 *
 * @param hint ends the sentence of the error. Default: nothing.
 * @throws {InputError} with the path if it is no UTF-8.
 */
export function textOf(bytes: Uint8Array, path: string, hint = ''): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(`${path}: expected text in UTF-8, got other bytes${hint}`);
  }
}
