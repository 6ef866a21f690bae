import { InputError } from '../../formats/input-error.ts';

/** Where a Redis server is, and how to be let in. */
export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  /** Number of the database. */
  readonly db: number;
  /** Whether it is spoken to by TLS, its certificate checked. */
  readonly isTls: boolean;
  /** Without the password: to be shown. */
  readonly shown: string;
}

const DEFAULT_PORT = 6379;

/**
 * Reads the address of a Redis server, redis://[[user]:password@]host[:port][/database], or rediss:// for TLS.
 *
 * @param password of one that has none in it
 * @throws {InputError} if it is no such address; the message has no password
 */
export function parseQueueAddress(text: string, password?: string): QueueAddress {
  const shown = withoutPassword(text);
  const expected = 'an address such as redis://host:6379 or rediss://user@host:6380/0 was expected';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw new InputError(`--queue: ${expected}, got ${shown}`);
  }
  const path = url.pathname.replace(/^\//, '');
  if (!/^\d{0,4}$/.test(path)) {
    throw new InputError(`--queue: the number of a database was expected after the host, got /${path.slice(0, 40)}`);
  }
  const given = decoded(url.password) || password;
  const username = decoded(url.username);
  return {
    // Addresses of IPv6 stand in brackets in a URL only.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    ...(username && { username }),
    ...(given && { password: given }),
    db: Number(path),
    isTls: url.protocol === 'rediss:',
    shown,
  };
}

/** An address, or any other text, without what stands between a user's name and the host. */
export function withoutPassword(text: string): string {
  // Up to the last @, as a password may have one too.
  return text.replace(/([a-z]+:\/\/)([^:@/]*):.*@/is, (_, scheme: string, user: string) =>
    user === '' ? scheme : `${scheme}${user}@`,
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
