import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { InputError } from '../../formats/input-error.ts';
import { queueKeys } from './keys.ts';
import { type Announcement, readAnnouncement } from './messages.ts';

/** An announcement is gone so long after the last sign of life of the search that made it. */
const HELD_MS = 15_000;

const LOOK_EVERY_MS = 500;

/** A prefix that a search has for itself. */
export interface HeldPrefix {
  /** To be called every few seconds; an InputError where another search has it by now. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Announces a search under its prefix, waiting for a search that was killed to be forgotten.
 *
 * @throws {InputError} if another search is running under it
 */
export async function holdPrefix(
  redis: Redis,
  prefix: string,
  announcement: Announcement,
  say: (text: string) => void,
): Promise<HeldPrefix> {
  const key = queueKeys(prefix).study;
  const text = JSON.stringify(announcement);
  const take = async () => (await redis.set(key, text, 'PX', HELD_MS, 'NX')) === 'OK';
  let left = Number.POSITIVE_INFINITY;
  for (let looks = 0; !(await take()); looks++) {
    const other = await redis.get(key);
    const now = await redis.pttl(key);
    if (other === null) continue;
    if (isDead(other)) {
      await redis.del(key);
      continue;
    }
    if (now > left)
      throw new InputError(`${prefix}: ${whose(other)} is running under this prefix; --prefix names another`);
    left = now;
    if (looks === 0) say(`Seeing whether ${whose(other)}, which has the prefix ${prefix}, is still there.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return {
    async renew() {
      if ((await redis.get(key)) === text) await redis.pexpire(key, HELD_MS);
      else if (!(await take())) {
        const other = await redis.get(key);
        if (other !== null && other !== text)
          throw new InputError(`${prefix}: ${whose(other)} has taken this prefix; what is finished is saved`);
      }
    },
    async release() {
      if ((await redis.get(key)) === text) await redis.del(key);
    },
  };
}

/** Whether it is of this machine, and its process is no more. */
function isDead(text: string): boolean {
  try {
    const { host, pid } = readAnnouncement(text, '');
    if (host !== hostname()) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function whose(text: string): string {
  try {
    const { host, pid, start } = readAnnouncement(text, '');
    return `the search of process ${pid} on ${host}, begun ${new Date(start).toISOString()},`;
  } catch {
    return 'a search of another version';
  }
}
