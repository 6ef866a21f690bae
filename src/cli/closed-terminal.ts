import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';

/** Lets this process end in peace when its terminal is closed: at its end Node sets a terminal back to how it was, and aborts where that is gone. */
export function bearClosedTerminal(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on('exit', () => {
    for (const descriptor of terminals) {
      if (isatty(descriptor)) continue;
      closeSync(descriptor);
      // Takes the lowest number that is free, which is this one; Node passes over what has been opened anew.
      openSync(devNull, 'r+');
    }
  });
}
