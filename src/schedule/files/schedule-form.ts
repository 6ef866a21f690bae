import type { NoiseSchedule } from '../noise-schedule.ts';
import type { Provenance, ScheduleParts } from './schedule-parts.ts';

/** What `saveSchedule` can be told. */
export interface SaveOptions {
  /** How the schedule came about, any JSON object; only JSON keeps it. Default: nothing. */
  readonly provenance?: Provenance;
  /** In `.pt`, a list of Python floats in place of a float32 tensor; elsewhere it changes nothing. Default: false. */
  readonly list?: boolean;
}

/** A file's content, and what of the schedule is not in it, one sentence each. */
export interface WrittenSchedule {
  readonly content: string | Uint8Array;
  readonly remarks: readonly string[];
}

/** A way to write a schedule down: bytes in and out, nothing else. */
export interface ScheduleForm {
  /** @throws {InputError} that begins with the path, if the bytes do not hold a schedule in this form. */
  readonly read: (bytes: Uint8Array, path: string) => ScheduleParts;
  /** @throws {InputError} that begins with the path, if this form cannot hold the schedule. */
  readonly write: (schedule: NoiseSchedule, path: string, options: SaveOptions) => WrittenSchedule;
}
