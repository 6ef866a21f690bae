/** What a search on a queue is called in Redis; all of it begins with the prefix that its workers are told too. */
export function queueKeys(prefix: string) {
  return {
    /** What the search that has the prefix announces; gone soon after it. */
    study: `${prefix}:study`,
    /** That run's end was announced. */
    ended: (run: string) => `${prefix}:${runName(run)}:ended`,
    /** Stream of the results that no one has taken. */
    results: (run: string) => `${prefix}:${runName(run)}:results`,
    /** Set of the workers' names. */
    workers: `${prefix}:workers`,
    /** What a worker says of itself; gone soon after it. */
    worker: (name: string) => `${prefix}:worker:${name}`,
    /** A part of a file. */
    chunk: (hash: string, index: number) => `${prefix}:file:${hash}:${index}`,
  };
}

/** What BullMQ's queue of a coordinator's session is called. */
export function runName(run: string): string {
  return `run-${run}`;
}
