/** Appends texts to a file in the order in which they come. */
export interface GroupedAppends {
  /** Resolves once the text is written. */
  add(text: string): Promise<void>;
  /** Resolves once all that was added is written. */
  settled(): Promise<void>;
}

/**
 * Writes together what comes while something else is being written. One write that failed fails all after it, since what it wrote of its texts is not known,
 * and nothing may follow a line that was cut off.
 *
 * @param first is written with the first text that is added; default: nothing
 */
export function groupedAppends(write: (text: string) => Promise<void>, first = ''): GroupedAppends {
  let waiting = first;
  let last: Promise<void> = Promise.resolve();
  /** The write of the texts that wait now. */
  let next: Promise<void> | undefined;

  async function writeWaiting(): Promise<void> {
    const text = waiting;
    waiting = '';
    next = undefined;
    await write(text);
  }
  return {
    add(text) {
      waiting += text;
      next ??= last.then(writeWaiting);
      last = next;
      return next;
    },
    settled: () => last,
  };
}
