import type { Options } from 'yargs';
import { parseQueueAddress, type QueueAddress } from '../pool/queue/address.ts';
import { UsageError } from './command.ts';

/** Where a queue is that machines share. */
export const QUEUE_FLAGS = {
  queue: {
    type: 'string',
    describe:
      'Redis server by which machines work together, redis://host:6379 or rediss:// for TLS; the password in it, or in WAVEGRAD_QUEUE_PASSWORD',
  },
  prefix: {
    type: 'string',
    describe: 'What the keys of one search in Redis begin with: another for each search at a time [default: wavegrad]',
  },
} as const satisfies Record<string, Options>;

const DEFAULT_PREFIX = 'wavegrad';

/** A queue that was asked for. */
export interface QueueChoice {
  readonly address: QueueAddress;
  readonly prefix: string;
}

/** @throws UsageError for a prefix that none can be */
export function queueChoice(queue: string, prefix = DEFAULT_PREFIX): QueueChoice {
  if (!/^[\w.:-]{1,100}$/.test(prefix)) {
    throw new UsageError(
      `--prefix must be letters, digits, and any of . : _ -, at most 100, got ${prefix.slice(0, 120)}`,
    );
  }
  return { address: parseQueueAddress(queue, process.env.WAVEGRAD_QUEUE_PASSWORD), prefix };
}

/** The options that a worker of this queue is started with, without the password. */
export function workerCommand({ address, prefix }: QueueChoice): string {
  return `schedule-worker --queue ${address.shown}${prefix === DEFAULT_PREFIX ? '' : ` --prefix ${prefix}`}`;
}
