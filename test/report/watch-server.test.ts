import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { chromium } from 'playwright-core';
import { afterEach, describe, expect, it, test } from 'vitest';
import { renderReport } from '../../src/report/report.ts';
import { serveWatched, type WatchServer } from '../../src/report/watch-server.ts';
import { exampleStudy } from './example-study.ts';
import { watchedTab } from './watched-tab.ts';

const CHROMIUM = '/usr/bin/chromium';
const open: WatchServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(render: () => Promise<string>): Promise<WatchServer> {
  const server = await serveWatched(render, 0);
  open.push(server);
  return server;
}

/** What is answered to one request. */
function ask(url: string, { method = 'GET', host }: { method?: string; host?: string } = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
    const asked = request(url, { method, ...(host === undefined ? {} : { headers: { host } }) }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    asked.on('error', reject).end();
  });
}

describe('what is served', () => {
  it('is the page, and nothing else', async () => {
    const { url } = await serve(() => Promise.resolve('<p>page</p>'));
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const { status, headers, body } = await ask(url);
    expect([status, body]).toEqual([200, '<p>page</p>']);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
    });
    const others = ['etc/passwd', '../package.json', '%2e%2e/package.json', 'index.html', '?x', '/'];
    for (const path of others) expect([path, (await ask(url + path)).status]).toEqual([path, 404]);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('is not changed by %s', async (method) => {
    const { url } = await serve(() => Promise.resolve('page'));
    expect((await ask(url, { method })).status).toBe(405);
  });

  it('is for the names of this machine alone', async () => {
    const { url } = await serve(() => Promise.resolve('page'));
    const { port } = new URL(url);
    expect((await ask(url, { host: `localhost:${port}` })).status).toBe(200);
    for (const host of ['example.org', `example.org:${port}`, '127.0.0.1', 'localhost:1']) {
      expect([host, (await ask(url, { host })).status]).toEqual([host, 421]);
      expect((await ask(`${url}events`, { host })).status).toBe(421);
    }
  });

  it('is made again after a change, and where it could not be made', async () => {
    let made = 0;
    const { url } = await serve(() => {
      made++;
      return made === 1 ? Promise.reject(new Error('half a file')) : Promise.resolve(`page ${made}`);
    });
    expect(await ask(url)).toMatchObject({ status: 503, body: expect.stringContaining('http-equiv="refresh"') });
    expect((await ask(url)).body).toBe('page 2');
    expect((await ask(url)).body).toBe('page 2');
  });
});

test('a port that is taken is an error that names it', async () => {
  const { url } = await serve(() => Promise.resolve('page'));
  const port = Number(new URL(url).port);
  await expect(serveWatched(() => Promise.resolve('page'), port)).rejects.toThrow(
    `--port ${port}: a free port was expected, got EADDRINUSE`,
  );
});

test('a page in Chromium takes what is new, and what there is at the end', async (context) => {
  context.skip(!existsSync(CHROMIUM), `${CHROMIUM} is not installed`);
  let trials = 30;
  const server = await serveWatched(() => Promise.resolve(renderReport(exampleStudy(trials), true)), 0);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless=new', '--no-sandbox'] });
  try {
    const { tab, requests, errors } = await watchedTab(browser);
    await tab.goto(server.url);
    const points = (count: number) =>
      tab.waitForFunction(`document.querySelectorAll('#history .points path').length === ${count}`);
    await points(27);
    expect(await tab.textContent('#watched')).toBe('The search goes on, and this page with it.');
    // Of every ten one fails.
    trials = 60;
    server.changed();
    await points(54);
    trials = 90;
    await server.close();
    await points(81);
    expect(await tab.textContent('#watched')).toBe(
      'The search has ended. This page stays as it is; the report has it too.',
    );
    expect(errors).toEqual([]);
    expect(new Set(requests)).toEqual(new Set([server.url, `${server.url}events`]));
  } finally {
    await browser.close();
  }
});
