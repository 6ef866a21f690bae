import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseQueueAddress } from '../../src/pool/queue/address.ts';
import { connectQueue, type QueueConnection } from '../../src/pool/queue/connection.ts';
import { freePort, HAS_REDIS, type RedisServer, startRedis } from './redis-server.ts';

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

let server: RedisServer | undefined;
let connection: QueueConnection | undefined;
afterEach(async () => {
  await connection?.close();
  await server?.close();
  connection = undefined;
  server = undefined;
});

test('a server that is not there is one sentence', async () => {
  const port = await freePort();
  await expect(connectQueue(parseQueueAddress(`redis://:secret@127.0.0.1:${port}`), () => {})).rejects.toThrow(
    `redis://127.0.0.1:${port}: no Redis server answers there`,
  );
});

test('a machine that is not known is one sentence', async () => {
  await expect(connectQueue(parseQueueAddress('redis://nowhere.invalid'), () => {})).rejects.toThrow(
    /^redis:\/\/nowhere\.invalid: no/,
  );
});

describe.skipIf(!HAS_REDIS)('a Redis server', () => {
  test('lets in with its password, and not without or with another, which is not said', async () => {
    server = await startRedis(['--requirepass', 'secret']);
    const wrong = `redis://127.0.0.1:${server.port}: the password was not accepted; it stands in the address, as redis://:password@host, or in WAVEGRAD_QUEUE_PASSWORD`;
    for (const credentials of ['', ':wrong@']) {
      const address = parseQueueAddress(`redis://${credentials}127.0.0.1:${server.port}`);
      await expect(connectQueue(address, () => {})).rejects.toThrow(wrong);
    }
    connection = await connectQueue(parseQueueAddress(`redis://:secret@127.0.0.1:${server.port}`), () => {});
    expect(await connection.redis.ping()).toBe('PONG');
  });

  test('that may drop keys is remarked', async () => {
    server = await startRedis(['--maxmemory-policy', 'allkeys-lru']);
    const said: string[] = [];
    connection = await connectQueue(parseQueueAddress(server.url), (text) => said.push(text));
    expect(said).toEqual([expect.stringContaining(`${server.url}: maxmemory-policy is allkeys-lru: `)]);
  });

  test('that does not answer in time is waited for by what was connected once', async () => {
    server = await startRedis();
    const said: string[] = [];
    connection = await connectQueue(parseQueueAddress(server.url), (text) => said.push(text));
    await server.kill();
    const answer = connection.redis.ping();
    await vi.waitFor(() => expect(said).toHaveLength(1), 10_000);
    await server.start();
    expect(await answer).toBe('PONG');
  });

  test('that is left, or does not let in, keeps nobody waiting', async () => {
    server = await startRedis(['--requirepass', 'secret']);
    const program = new URL('./left.ts', import.meta.url).pathname;
    for (const password of ['secret', ...Array<string>(5).fill('wrong')]) {
      const url = `redis://:${password}@127.0.0.1:${server.port}`;
      expect(spawnSync(process.execPath, ['--import', 'tsx', program, url], { encoding: 'utf8' }).stdout).toBe(
        '0 timers\n',
      );
    }
  });

  test('that comes back is not left for the silence of the connection before', async () => {
    server = await startRedis();
    connection = await connectQueue(parseQueueAddress(server.url), () => {});
    const other = connection.another();
    const waited = other.xread('BLOCK', 60_000, 'STREAMS', 'nothing', '0').catch(() => {});
    await vi.waitFor(async () => expect(await server!.client.client('LIST')).toContain('cmd=xread'), 10_000);
    const before = Reflect.get(other, 'socketTimeoutTimer');
    await server.kill();
    await server.start();
    await vi.waitFor(async () => expect(await server!.client.client('LIST')).toContain('cmd=xread'), 10_000);
    expect(before).toMatchObject({ _destroyed: true });
    expect(Reflect.get(other, 'socketTimeoutTimer')).toMatchObject({ _destroyed: false });
    await connection.close();
    await waited;
  });

  test.skipIf(!HAS_OPENSSL)('by TLS is trusted with a certificate that is known, and with none else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
    try {
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
      const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
      const names = ['-addext', 'subjectAltName=DNS:localhost'];
      expect(spawnSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate]).status).toBe(0);
      const tlsPort = await freePort();
      const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
      server = await startRedis(['--tls-port', `${tlsPort}`, '--tls-auth-clients', 'no', ...files]);
      const url = `rediss://localhost:${tlsPort}`;
      await expect(connectQueue(parseQueueAddress(url), () => {})).rejects.toThrow(/: .*certificate/i);
      const program = new URL('./ping.ts', import.meta.url).pathname;
      const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', program, url], {
        encoding: 'utf8',
        env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
      });
      expect(stdout).toBe('PONG\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
