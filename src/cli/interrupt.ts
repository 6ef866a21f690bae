/** The exit code of a command that Ctrl-C ended: 128 and the number of SIGINT, as shells have it. */
export const INTERRUPTED = 130;

/** A terminal's Ctrl-C may come twice, from the terminal and from npm, which passes it on. */
const SAME_SIGNAL_MS = 500;

/**
 * Listens for Ctrl-C and SIGTERM until `off`: the first asks for an end, which `isWanted` tells, and another one ends the process at
 * once.
 *
 * @param onFirst called at the first
 */
export function onInterrupt(onFirst: () => void): { isWanted(): boolean; off(): void } {
  let wantedAt: number | undefined;
  const stop = () => {
    if (wantedAt !== undefined) {
      if (performance.now() - wantedAt > SAME_SIGNAL_MS) process.kill(process.pid, 'SIGKILL');
      return;
    }
    wantedAt = performance.now();
    onFirst();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    isWanted: () => wantedAt !== undefined,
    off() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
