import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { InputError } from '../../formats/input-error.ts';
import { writeWhole } from '../../formats/write-whole.ts';
import { queueKeys } from './keys.ts';

/** A file as the queue knows it. */
export interface FileReference {
  /** SHA-256 of its bytes, in hexadecimal digits. */
  readonly hash: string;
  readonly bytes: number;
}

const CHUNK_BYTES = 4 * 2 ** 20;

/** Kept so long after they were last wanted. */
const KEPT_MS = 24 * 3600 * 1000;

export function referenceTo(content: Uint8Array): FileReference {
  return { hash: createHash('sha256').update(content).digest('hex'), bytes: content.length };
}

/** Puts a file into Redis, in parts, of which those that are there stay. */
export async function uploadFile(redis: Redis, prefix: string, content: Uint8Array): Promise<FileReference> {
  const reference = referenceTo(content);
  for (const [key, begin, end] of chunksOf(prefix, reference)) {
    if ((await redis.strlen(key)) === end - begin) await redis.pexpire(key, KEPT_MS);
    else await redis.set(key, Buffer.from(content.subarray(begin, end)), 'PX', KEPT_MS);
  }
  return reference;
}

/**
 * The path of a file of the queue in a folder of this machine, fetched where it is not there, or not as it should be.
 *
 * @param ending of its name
 * @throws {InputError} if the queue does not have it, or has another under its name, or it cannot be written
 */
export async function fetchFile(
  redis: Redis,
  prefix: string,
  reference: FileReference,
  { folder, ending }: { readonly folder: string; readonly ending: string },
): Promise<string> {
  const path = join(folder, `${reference.hash}${ending}`);
  const known = await readFile(path).catch(() => undefined);
  if (known !== undefined && referenceTo(known).hash === reference.hash) return path;
  const parts: Uint8Array[] = [];
  for (const [key, begin, end] of chunksOf(prefix, reference)) {
    const part = await redis.getBuffer(key);
    if (part?.length !== end - begin) {
      const got = part === null ? 'none' : `${part.length}`;
      throw new InputError(`the queue's file ${short(reference)}: ${end - begin} bytes were expected, got ${got}`);
    }
    parts.push(part);
  }
  const content = Buffer.concat(parts);
  const { hash } = referenceTo(content);
  if (hash !== reference.hash) {
    // The search then sends it again.
    await redis.del(chunksOf(prefix, reference).map(([key]) => key));
    throw new InputError(
      `the queue's file ${short(reference)}: its bytes do not have that hash, but ${hash.slice(0, 8)}…`,
    );
  }
  try {
    await mkdir(folder, { recursive: true });
    await writeWhole(path, content);
  } catch (error) {
    throw new InputError(
      `${folder}: no file can be kept here, --cache names another folder: ${(error as Error).message}`,
    );
  }
  return path;
}

function short({ hash }: FileReference): string {
  return `${hash.slice(0, 8)}…`;
}

/** Keys of the parts of a file, and from and up to which byte they are. */
function chunksOf(prefix: string, { hash, bytes }: FileReference): (readonly [string, number, number])[] {
  const keys = queueKeys(prefix);
  return Array.from({ length: Math.ceil(bytes / CHUNK_BYTES) }, (_, i) => {
    return [keys.chunk(hash, i), i * CHUNK_BYTES, Math.min(bytes, (i + 1) * CHUNK_BYTES)] as const;
  });
}
