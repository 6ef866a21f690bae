import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { type PageServer, servePage } from '../../src/cli/page-server.ts';

let server: PageServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly tag?: string;
}

/** Asks as any program can, with whatever headers. */
function ask(path = '/', { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {}) {
  const { hostname, port } = new URL(server!.address);
  return new Promise<Answer>((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, text, tag: response.headers.etag }));
    });
    asked.on('error', reject).end();
  });
}

/** Whether anybody listens there. */
function connected(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

const following = ({ tag }: Answer) => ask('/', { headers: { 'If-None-Match': tag! } });

describe('servePage', () => {
  it('serves the page on 127.0.0.1 under / alone, and lets it be read alone', async () => {
    server = await servePage(async (version) => `page ${version}`);
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await ask()).toEqual({ status: 200, text: 'page 1', tag: '"1"' });
    expect((await ask('/', { method: 'HEAD' })).text).toBe('');
    expect((await ask('/report.html')).status).toBe(404);
    expect((await ask('/../package.json')).status).toBe(404);
    expect((await ask('/?')).status).toBe(404);
    expect((await ask('/', { method: 'POST' })).status).toBe(405);
  });

  it('listens on 127.0.0.1 alone, and tells a browser to fetch nothing elsewhere, keep nothing and say nothing of it', async () => {
    server = await servePage(async () => 'page');
    const { port } = new URL(server.address);
    const { headers } = await fetch(server.address);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; .*connect-src 'self'.*frame-ancestors 'none'$/,
      ),
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const others = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    for (const { address, internal } of others) {
      if (!internal) await expect(connected(address, Number(port))).resolves.toBe(false);
    }
    // Of the loopback's own addresses, too, only this one.
    await expect(connected('127.0.0.2', Number(port))).resolves.toBe(false);
    await expect(connected('127.0.0.1', Number(port))).resolves.toBe(true);
  });

  it('answers strange paths, methods and headers with a refusal, and a client that says nothing keeps nobody waiting', async () => {
    server = await servePage(async () => 'page');
    const { port } = new URL(server.address);
    for (const path of [
      '/..',
      '/%2e%2e/package.json',
      '//etc/passwd',
      '/%00',
      '/index.html',
      '/?x=1',
      `/${'a'.repeat(10_000)}`,
    ]) {
      expect((await ask(path)).status, path.slice(0, 40)).toBe(404);
    }
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH']) expect((await ask('/', { method })).status).toBe(405);
    expect((await ask('/', { headers: { X: 'a'.repeat(100_000) } })).status).toBe(431);
    const silent = connect(Number(port), '127.0.0.1');
    silent.on('error', () => {});
    silent.write('GET / HTTP/1.1\r\nHost: 127.0');
    expect((await ask()).status).toBe(200);
    // Its end does not wait for that one either.
    await server.close();
    server = undefined;
    silent.destroy();
  });

  it('refuses whoever came by another name, as a site does that has its own lead here', async () => {
    let rendered = 0;
    server = await servePage(async () => `page ${++rendered}`);
    const { port } = new URL(server.address);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${Number(port) + 1}`]) {
      const { status, text } = await ask('/', { headers: { Host: host } });
      expect([status, text]).toEqual([403, `This page is at ${server.address} alone.`]);
    }
    expect(rendered).toBe(0);
    expect((await ask('/', { headers: { Host: `localhost:${port}` } })).status).toBe(200);
  });

  it('renders only where somebody looks, and answers who has a version when there is another', async () => {
    let rendered = 0;
    server = await servePage(async (version) => `page ${version}, ${++rendered}`);
    server.changed();
    expect(rendered).toBe(0);
    const first = await ask();
    const next = following(first);
    // Who does not say what he has gets it again.
    expect(await ask()).toEqual(first);
    server.changed();
    expect(await next).toEqual({ status: 200, text: 'page 2, 2', tag: '"2"' });
  });

  it('answers at the end with the last version, and is gone', async () => {
    server = await servePage(async (version) => `page ${version}`);
    const next = following(await ask());
    // What was asked first is answered first.
    await ask('/nothing');
    await server.close();
    expect(await next).toEqual({ status: 200, text: 'page last', tag: '"last"' });
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
    server = undefined;
  });

  it('gives the last version to a browser that is just between two questions', async () => {
    server = await servePage(async (version) => `page ${version}`);
    const first = await ask();
    const closed = server.close();
    expect((await following(first)).text).toBe('page last');
    await closed;
    server = undefined;
  });

  it('says what is wrong where the page cannot be made, and makes it when it can', async () => {
    let isBroken = true;
    server = await servePage(async () => {
      if (isBroken) throw new Error('trials.csv: line 2: a number was expected');
      return 'page';
    });
    expect(await ask()).toMatchObject({ status: 500, text: 'trials.csv: line 2: a number was expected' });
    isBroken = false;
    expect(await ask()).toMatchObject({ status: 200, text: 'page' });
  });
});
