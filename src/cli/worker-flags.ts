import type { Options } from 'yargs';
import { QUEUE_FLAGS } from './queue-flags.ts';

/** The options of schedule-worker. */
export const WORKER_FLAGS = {
  ...QUEUE_FLAGS,
  jobs: { type: 'number', describe: 'Evaluations at once [default: the number of cores]' },
  cache: {
    type: 'string',
    describe:
      'Folder for models and recordings of searches [default: wavegrad-schedules in the cache folder of the user]',
  },
  once: { type: 'boolean', default: false, describe: 'End with the first search, rather than wait for another' },
} as const satisfies Record<string, Options>;
