import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** Debian's. */
const PROGRAM = '/usr/bin/redis-server';

export const HAS_REDIS = existsSync(PROGRAM);

/** A Redis server of this machine for one test, in a temporary folder. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** A connection to look at it, and to damage it. */
  readonly client: Redis;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again with what it had. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param options of the server; it keeps an append-only file and flushes each write to it unless they say otherwise
 * @param bind the addresses that it listens on, 127.0.0.1 among them
 */
export async function startRedis(options: readonly string[] = [], bind = '127.0.0.1'): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const port = await freePort();
  let child: ChildProcess;
  const start = async () => {
    const own = [
      '--port',
      `${port}`,
      '--bind',
      ...bind.split(' '),
      '--dir',
      folder,
      '--save',
      '',
      '--loglevel',
      'warning',
    ];
    const kept = ['--appendonly', 'yes', '--appendfsync', 'always'];
    child = spawn(PROGRAM, [...own, ...kept, ...options], { stdio: 'ignore' });
    await client.ping();
  };
  const password = options[options.indexOf('--requirepass') + 1];
  const client = new Redis({
    host: '127.0.0.1',
    port,
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
    ...(options.includes('--requirepass') && { password }),
    lazyConnect: true,
  });
  client.on('error', () => {});
  const kill = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    kill,
    start,
    async close() {
      client.disconnect();
      if (child.exitCode === null && child.signalCode === null) await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
