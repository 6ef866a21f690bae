import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../formats/input-error.ts';

/** A new file to which pieces are added; it holds those written so far, whole and in order. */
export interface AppendedFile {
  /** Takes a piece to write, which must not change any more; the writing itself follows by itself, soon. */
  add(piece: Uint8Array): void;
  /**
   * What was added is in the file, so that the end of this process cannot lose it.
   *
   * @throws InputError if it cannot be written; it is kept, and the next flush tries again
   */
  flush(): Promise<void>;
  /**
   * Flushes and closes.
   *
   * @throws InputError as flush does; the file is closed all the same
   */
  close(): Promise<void>;
}

/** @param path names the file, which is empty, in messages */
export function appendedFile(file: FileHandle, path: string): AppendedFile {
  let waiting: Uint8Array[] = [];
  let size = 0;
  let last = Promise.resolve();
  let isScheduled = false;
  let hasFailed = false;

  /** What an attempt that failed left behind the last whole piece is written over by the next. */
  async function writeWaiting(): Promise<void> {
    if (waiting.length === 0) return;
    const pieces = waiting;
    waiting = [];
    try {
      const bytes = Buffer.concat(pieces);
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done, size + done)).bytesWritten;
      }
      size += bytes.length;
      hasFailed = false;
    } catch (error) {
      hasFailed = true;
      waiting = [...pieces, ...waiting];
      throw new InputError(`${path}: the events cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }

  const flush = () => {
    last = last.then(writeWaiting, writeWaiting);
    return last;
  };

  return {
    add(piece) {
      waiting.push(piece);
      // After a failure only a flush tries again, which can tell.
      if (isScheduled || hasFailed) return;
      isScheduled = true;
      // All that one turn of the event loop adds is written at once.
      setImmediate(() => {
        isScheduled = false;
        flush().catch(() => {});
      });
    },
    flush,
    async close() {
      try {
        await flush();
      } finally {
        await file.close();
      }
    },
  };
}
