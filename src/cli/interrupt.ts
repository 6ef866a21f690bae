/** A terminal's Ctrl-C may come twice, from the terminal and from npm, which passes it on. */
const SAME_SIGNAL_MS = 500;

/**
 * Listens for Ctrl-C and SIGTERM: the first asks for an end, of which `isWanted` tells, and a second ends the process at once.
 *
 * @param sentence what to say at the first
 */
export function onInterrupt(
  say: (text: string) => void,
  sentence: string,
  onWanted: () => void = () => {},
): { isWanted(): boolean; off(): void } {
  let wantedAt: number | undefined;
  const stop = () => {
    if (wantedAt !== undefined) {
      if (performance.now() - wantedAt > SAME_SIGNAL_MS) process.kill(process.pid, 'SIGKILL');
      return;
    }
    wantedAt = performance.now();
    onWanted();
    say(`\n${sentence}`);
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
