import { readInput } from '../../formats/read-input.ts';
import { readScheduleFile } from './index.ts';
import type { FiledSchedule } from './schedule-parts.ts';

// A schedule of 100,000 steps takes at most 9 MB; a checkpoint given by mistake is not read to its end.
const MOST_BYTES = 2 ** 24;

/** What a file says of a schedule, by its ending. @throws {InputError} with the path, if there is none or it cannot be read. */
export async function loadScheduleFile(path: string): Promise<FiledSchedule> {
  return readScheduleFile(await readInput(path, 'the schedule', MOST_BYTES), path);
}
