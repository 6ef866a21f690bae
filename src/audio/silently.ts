const METHODS = ['error', 'warn', 'log'] as const;

/**
 * Calls a decoder of others, some of which print to the console what they think of a damaged file, which is not theirs to say. What is
 * printed after the call has returned, such as while its promise is awaited, is not kept back: they decode before that.
 */
export function silently<Result>(call: () => Result): Result {
  const { error, warn, log } = console;
  for (const method of METHODS) console[method] = () => {};
  try {
    return call();
  } finally {
    Object.assign(console, { error, warn, log });
  }
}

/** Frees a decoder; one that went wrong over a damaged file may go wrong in that too, and what it held goes with it all the same. */
export function release(decoder: { free(): void }): void {
  try {
    silently(() => decoder.free());
  } catch {}
}
