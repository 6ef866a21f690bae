import { z } from 'zod';
import { checkData } from '../../src/formats/json.ts';
import { parseQueueAddress } from '../../src/pool/queue/address.ts';
import { connectQueue, type QueueConnection } from '../../src/pool/queue/connection.ts';
import { PROTOCOL } from '../../src/pool/queue/messages.ts';
import { createQueuePool, type QueuePool } from '../../src/pool/queue/pool.ts';
import { type Serving, serveQueue } from '../../src/pool/queue/serve.ts';
import type { RedisServer } from './redis-server.ts';

const task = z.strictObject({ value: z.number(), ms: z.number().optional(), throws: z.string().optional() });

/** What fake workers give back after a while, or throw. */
export type FakeTask = z.infer<typeof task>;

export const PREFIX = 'test';

/** A coordinator whose tasks are numbers. */
export interface FakeSearch {
  readonly pool: QueuePool<FakeTask, number>;
  readonly connection: QueueConnection;
  readonly run: string;
  /** What was said. */
  readonly said: string[];
  close(): Promise<void>;
}

export async function fakeSearch(
  server: Pick<RedisServer, 'url'>,
  run = '0123456789abcdef',
  pid = process.pid,
): Promise<FakeSearch> {
  const said: string[] = [];
  const say = (text: string) => said.push(text);
  const connection = await connectQueue(parseQueueAddress(server.url), say);
  const announcement = { protocol: PROTOCOL, program: '0', run, host: 'here', pid, start: 0, content: {} } as const;
  const pool = await createQueuePool<FakeTask, number>({
    connection,
    prefix: PREFIX,
    announcement,
    encode: (one) => one,
    decode: (result, _, where) => checkData(result, z.number(), where),
    accepts: (mark) => mark === 'mark',
    cancelled: -1,
    say,
  }).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  return {
    pool,
    connection,
    run,
    said,
    async close() {
      await pool.close();
      await connection.close();
    },
  };
}

/** A worker, in this process, and what it did. */
export interface FakeWorker {
  readonly serving: Serving;
  readonly connection: QueueConnection;
  readonly done: number[];
  readonly said: string[];
  close(): Promise<void>;
}

export async function fakeWorker(
  server: Pick<RedisServer, 'url'>,
  { run }: Pick<FakeSearch, 'run'>,
  { name = 'worker', slots = 1, mark = 'mark' } = {},
): Promise<FakeWorker> {
  const said: string[] = [];
  const done: number[] = [];
  const connection = await connectQueue(parseQueueAddress(server.url), (text) => said.push(text));
  const serving = serveQueue({
    connection,
    prefix: PREFIX,
    run,
    name,
    slots,
    async perform(data) {
      const read = task.safeParse(data);
      if (!read.success) return { kind: 'unreadable', message: 'no task' };
      const { value, ms = 0, throws } = read.data;
      if (throws !== undefined) return { kind: 'thrown', message: throws };
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      done.push(value);
      return { kind: 'done', mark, result: value };
    },
    say: (text) => said.push(text),
  });
  return {
    serving,
    connection,
    done,
    said,
    async close() {
      await serving.stop();
      await connection.close();
    },
  };
}
