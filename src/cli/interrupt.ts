/** The exit code of a command that Ctrl-C ended: 128 and the number of SIGINT, as shells have it. */
export const INTERRUPTED = 130;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A terminal's Ctrl-C may come twice, from the terminal and from npm, which passes it on. */
const SAME_SIGNAL_MS = 500;

/**
 * Listens for Ctrl-C, SIGTERM and the SIGHUP of a terminal that is closed until `off`: the first asks for an end, which `isWanted` tells, and another
 * one, but for SIGHUP, ends the process at once.
 *
 * @param onFirst called at the first
 */
export function onInterrupt(onFirst: () => void): { isWanted(): boolean; off(): void } {
  let wantedAt: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (wantedAt !== undefined) {
      // A shell may pass on the SIGHUP that its terminal has sent as well.
      if (signal !== 'SIGHUP' && performance.now() - wantedAt > SAME_SIGNAL_MS) process.kill(process.pid, 'SIGKILL');
      return;
    }
    wantedAt = performance.now();
    onFirst();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return {
    isWanted: () => wantedAt !== undefined,
    off() {
      for (const signal of SIGNALS) process.off(signal, stop);
    },
  };
}
