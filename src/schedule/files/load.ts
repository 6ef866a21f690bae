import { readInput } from '../../formats/read-input.ts';
import type { NoiseSchedule } from '../noise-schedule.ts';
import { readScheduleFile } from './index.ts';

// A schedule of 100,000 steps takes at most 9 MB; a checkpoint given by mistake is not read to its end.
const MOST_BYTES = 2 ** 24;

/** The schedule of a file, by its ending. @throws {InputError} with the path, if there is none or it cannot be read. */
export async function loadScheduleFile(path: string): Promise<NoiseSchedule> {
  return readScheduleFile(await readInput(path, 'the schedule', MOST_BYTES), path);
}
