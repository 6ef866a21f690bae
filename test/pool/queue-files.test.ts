import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { fetchFile, uploadFile } from '../../src/pool/queue/files.ts';
import { HAS_REDIS, type RedisServer, startRedis } from './redis-server.ts';

/** Two whole chunks of 4 MiB and a part of one. */
const CONTENT = Uint8Array.from({ length: 9 * 2 ** 20 + 5 }, (_, i) => (i * i) % 251);

describe.skipIf(!HAS_REDIS)('files of a queue', () => {
  let server: RedisServer;
  let folder: string;
  const at = () => ({ folder: join(folder, 'cache'), ending: '.bin' });

  beforeEach(async () => {
    server = await startRedis();
    folder = mkdtempSync(join(tmpdir(), 'files-'));
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test('come in chunks as they were sent, and for some time', async () => {
    const reference = await uploadFile(server.client, 'p', CONTENT);
    const keys = await server.client.keys('p:file:*');
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(await server.client.pttl(key)).toBeGreaterThan(0);
    const path = await fetchFile(server.client, 'p', reference, at());
    expect(readFileSync(path).equals(CONTENT)).toBe(true);
  });

  test('are sent only where they are missing', async () => {
    const { hash } = await uploadFile(server.client, 'p', CONTENT);
    await server.client.set(`p:file:${hash}:0`, Buffer.alloc(4 * 2 ** 20));
    await server.client.del(`p:file:${hash}:2`);
    await uploadFile(server.client, 'p', CONTENT);
    expect(await server.client.strlen(`p:file:${hash}:2`)).toBe(2 ** 20 + 5);
    expect((await server.client.getBuffer(`p:file:${hash}:0`))!.every((byte) => byte === 0)).toBe(true);
  });

  test('are taken from the cache, and fetched again where that is damaged', async () => {
    const reference = await uploadFile(server.client, 'p', CONTENT);
    const path = await fetchFile(server.client, 'p', reference, at());
    writeFileSync(path, CONTENT.subarray(1));
    await fetchFile(server.client, 'p', reference, at());
    expect(readFileSync(path).equals(CONTENT)).toBe(true);
    await server.client.flushall();
    expect(await fetchFile(server.client, 'p', reference, at())).toBe(path);
  });

  test('that are others than they should be are refused in one sentence', async () => {
    const reference = await uploadFile(server.client, 'p', CONTENT);
    const short = `the queue's file ${reference.hash.slice(0, 8)}…`;
    const fetch = () => fetchFile(server.client, 'p', reference, at());
    await server.client.setrange(`p:file:${reference.hash}:1`, 100, 'damaged');
    await expect(fetch()).rejects.toThrow(`${short}: its bytes do not have that hash, but `);
    expect(await server.client.keys('*')).toEqual([]);
    await uploadFile(server.client, 'p', CONTENT);
    await server.client.set(`p:file:${reference.hash}:1`, 'short');
    await expect(fetch()).rejects.toThrow(`${short}: 4194304 bytes were expected, got 5`);
    await server.client.del(`p:file:${reference.hash}:1`);
    await expect(fetch()).rejects.toThrow(`${short}: 4194304 bytes were expected, got none`);
    await expect(fetch()).rejects.toBeInstanceOf(InputError);
  });
});
