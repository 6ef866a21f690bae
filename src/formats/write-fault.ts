import { InputError } from './input-error.ts';

/** What the system says where a file cannot be written, whatever is written. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; what was finished is saved; make room and run the same command to go on',
  EDQUOT: 'the quota of the disk is used up; what was finished is saved; make room and run the same command to go on',
  EROFS: 'the disk is read-only; what was finished is saved; make it writable and run the same command to go on',
  EACCES:
    'the folder, or a file in it, may not be written to; what was finished is saved; make it writable and run the same command to go on',
  EPERM:
    'the folder, or a file in it, may not be written to; what was finished is saved; make it writable and run the same command to go on',
  EIO: 'the disk reports an error; what was finished is saved; where the disk works again, the same command goes on',
};

/** An error as one sentence about the folder, where it is that a disk or a folder cannot be written to; any other as it is. */
export function writeFault(folder: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const sentence = code === undefined ? undefined : FAULTS[code];
  return sentence === undefined ? error : new InputError(`${folder}: ${sentence}`, { cause: error });
}
