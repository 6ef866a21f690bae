const AFTER_ERROR_MS = 500;

/**
 * Does something again and again, with a pause in between, until it is stopped.
 *
 * @param onError is told what went wrong; it goes on, after half a second at least
 * @returns ends it, and resolves when nothing of it runs
 */
export function every(
  pauseMs: number,
  act: () => Promise<void>,
  onError: (error: Error) => void,
): { stop(): Promise<void> } {
  let isStopped = false;
  let wake = () => {};
  const loop = (async () => {
    while (!isStopped) {
      let pause = pauseMs;
      try {
        await act();
      } catch (error) {
        pause = Math.max(pauseMs, AFTER_ERROR_MS);
        if (!isStopped) onError(error as Error);
      }
      if (isStopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    stop() {
      isStopped = true;
      wake();
      return loop;
    },
  };
}
