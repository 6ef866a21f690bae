import type { Redis, RedisOptions } from 'ioredis';
import { InputError } from '../../formats/input-error.ts';
import type { QueueAddress } from './address.ts';
import { RedisClient } from './client.ts';

/** How long a server that refuses connections, or loads its data, is tried at first. */
const FIRST_TRY_MS = 5_000;

/** A connection that waits for an answer so long, and gets nothing, is made again: blocking commands wait for 5 s at a time. */
const SILENCE_MS = 20_000;

/** The oldest Redis that BullMQ works with. */
const OLDEST = [6, 2] as const;

/** A connection to Redis; once it was made, commands wait while it is lost. */
export interface QueueConnection {
  readonly redis: Redis;
  readonly address: QueueAddress;
  /** Another one to the same server, for commands that block. */
  another(): Redis;
  /** Ends all of them; what is not answered within `patienceMs` is dropped. */
  close(patienceMs?: number): Promise<void>;
}

/**
 * Connects to Redis.
 *
 * @param say is told once when the connection is lost, once when it is back, and what is wrong with the server's settings
 * @throws {InputError} if there is none, it does not let in, or it is too old; the message has no password
 */
export async function connectQueue(address: QueueAddress, say: (text: string) => void): Promise<QueueConnection> {
  const { shown } = address;
  let isFirst = true;
  const begin = performance.now();
  const options: RedisOptions = {
    host: address.host,
    port: address.port,
    username: address.username,
    password: address.password,
    db: address.db,
    ...(address.isTls && { tls: { servername: address.host } }),
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: 10_000,
    keepAlive: 10_000,
    socketTimeout: SILENCE_MS,
    retryStrategy: (times) => {
      if (isFirst && performance.now() - begin > FIRST_TRY_MS) return null;
      return Math.min(100 * times, 2_000);
    },
  };
  const redis = new RedisClient(options);
  let lastError: Error | undefined;
  const refused = new Promise<never>((_, reject) => {
    redis.on('error', (error: Error) => {
      lastError = error;
      if (isFirst && isHopeless(error)) reject(error);
    });
    redis.on('end', () => reject(lastError ?? new Error('the connection was closed')));
  });
  refused.catch(() => {});
  try {
    void redis.connect().catch(() => {});
    const info = await Promise.race([redis.info(), refused]);
    checkServer(info, shown, say);
  } catch (error) {
    redis.disconnect();
    if (error instanceof InputError) throw error;
    throw new InputError(`${shown}: ${reasonOf((lastError ?? error) as NodeJS.ErrnoException)}`);
  }
  isFirst = false;
  const others: Redis[] = [];
  let isLost = false;
  let isClosed = false;
  redis.on('close', () => {
    if (isLost || isClosed) return;
    isLost = true;
    say(`The connection to ${shown} is lost; waiting for it.`);
  });
  redis.on('ready', () => {
    if (!isLost) return;
    isLost = false;
    say(`The connection to ${shown} is back.`);
  });
  return {
    redis,
    address,
    another() {
      const other = redis.duplicate();
      other.on('error', () => {});
      void other.connect().catch(() => {});
      others.push(other);
      return other;
    },
    async close(patienceMs = 2_000) {
      isClosed = true;
      for (const other of others) other.disconnect();
      const late = new Promise((resolve) => setTimeout(resolve, patienceMs).unref());
      await Promise.race([redis.quit().catch(() => {}), late]);
      redis.disconnect();
    },
  };
}

/** What trying again does not change: names that are unknown, passwords, certificates. */
function isHopeless(error: NodeJS.ErrnoException): boolean {
  return (
    /WRONGPASS|NOAUTH|NOPERM|without any password|invalid (username|password)|DB index/i.test(error.message) ||
    /^(ENOTFOUND|ERR_TLS|ERR_SSL|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_)/.test(error.code ?? '')
  );
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const { code, message } = error;
  if (/WRONGPASS|NOAUTH|invalid (username|password)/i.test(message)) {
    return 'the password was not accepted; it stands in the address, as redis://:password@host, or in WAVEGRAD_QUEUE_PASSWORD';
  }
  if (code === 'ECONNREFUSED') return 'no Redis server answers there';
  if (code === 'ENOTFOUND') return 'no machine of that name is known';
  return `no connection to a Redis server: ${(message || code || 'no answer').replaceAll(/\s+/g, ' ').slice(0, 200)}`;
}

function checkServer(info: string, shown: string, say: (text: string) => void): void {
  const field = (name: string) => info.match(new RegExp(`^${name}:(.*?)\\r?$`, 'm'))?.[1];
  const version = field('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new InputError(`${shown}: Redis ${OLDEST.join('.')} or later was expected, got ${version || 'no version'}`);
  }
  const policy = field('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    say(
      `${shown}: maxmemory-policy is ${policy}: with little memory Redis drops parts of the queue, which are then sent again; noeviction is better.`,
    );
  }
}
