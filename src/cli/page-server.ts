import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A page that is served while it changes. */
export interface PageServer {
  readonly address: string;
  /** To be told whenever the page would be another by now. */
  changed(): void;
  /** Gives those who look at the page its last version, and ends. */
  close(): Promise<void>;
}

interface Version {
  readonly name: string;
  readonly page: string;
}

const LEAST_PAUSE_MS = 2_000;
/** Rendering may take this part of the time, as it holds up what the page is about. */
const RENDER_PART = 1 / 20;
/** An answer that is waited for comes by then, if only to say that nothing has changed. */
const MOST_WAIT_MS = 25_000;
/** For a browser that is between two questions when the page ends. */
const GRACE_MS = 1_000;
/** For one that has followed the page, which may be drawing it. */
const DRAWING_MS = 10_000;

/**
 * Serves one page on a free port of 127.0.0.1, and nothing else. Whoever has a version (If-None-Match) is answered when there is another. It is rendered
 * where somebody looks, no more than every 2 s, and a twentieth of the time. What was not asked of this address by name is refused, or any site
 * could have its own name lead here and read the page.
 *
 * @param render the page as it is now, with the name of its version, `last` for the one at the end; what it throws the reader is told
 */
export async function servePage(render: (version: string) => Promise<string>): Promise<PageServer> {
  let count = 0;
  let shown: Version | undefined;
  let isStale = true;
  let nextAt = 0;
  let rendering: Promise<Version> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<(version: Version | undefined) => void>();
  let grace = 0;
  let haveLast = () => {};
  const last = new Promise<void>((resolve) => {
    haveLast = resolve;
  });
  /** On their way with the last version. */
  let leaving = 0;

  function refresh(name = String(++count)): Promise<Version> {
    rendering ??= rendered(name).finally(() => {
      rendering = undefined;
    });
    return rendering;
  }

  async function rendered(name: string): Promise<Version> {
    isStale = false;
    const begin = performance.now();
    try {
      shown = { name, page: await render(name) };
    } catch (error) {
      isStale = true;
      throw error;
    } finally {
      const end = performance.now();
      nextAt = end + Math.max(LEAST_PAUSE_MS, (end - begin) / RENDER_PART);
    }
    for (const answer of waiting) answer(shown);
    return shown;
  }

  function schedule() {
    if (!isStale || waiting.size === 0 || timer !== undefined) return;
    const later = Math.max(0, nextAt - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      // A file that is just being written can be read next time.
      refresh().catch(schedule);
    }, later).unref();
  }

  /** Another version than the one that is known; undefined where there is none for a while. */
  function following(): Promise<Version | undefined> {
    return new Promise((resolve) => {
      const answer = (version: Version | undefined) => {
        clearTimeout(patience);
        waiting.delete(answer);
        resolve(version);
      };
      const patience = setTimeout(() => answer(undefined), MOST_WAIT_MS).unref();
      waiting.add(answer);
      schedule();
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const refusal = refusalOf(request, port);
    if (refusal !== undefined) return send(response, refusal);
    const known = request.headers['if-none-match'];
    grace = Math.max(grace, known === undefined ? GRACE_MS : DRAWING_MS);
    // A tab that was closed asks no more.
    response.once('close', () => {
      if (!response.writableFinished && waiting.size === 0) grace = 0;
    });
    const isFresh = shown !== undefined && (!isStale || performance.now() < nextAt);
    const version =
      shown !== undefined && known === `"${shown.name}"` ? await following() : isFresh ? shown : await refresh();
    if (version === undefined) return send(response, { status: 304, text: '' });
    if (version.name === 'last') {
      leaving++;
      // Not when it is sent: a server that is closed cuts off what the browser has not taken yet.
      request.socket.once('close', () => --leaving === 0 && haveLast());
    }
    return send(response, { status: 200, text: version.page, version: version.name });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => send(response, { status: 500, text: error.message }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    changed() {
      isStale = true;
      schedule();
    },
    async close() {
      clearTimeout(timer);
      await rendering?.catch(() => {});
      if (grace > 0) {
        await refresh('last').catch(haveLast);
        await Promise.race([last, sleep(grace)]);
      }
      for (const each of waiting) each(undefined);
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
      });
    },
  };
}

/** A page has its scripts, styles, pictures and sound within itself; it asks this server for its next version, and nobody else for anything. */
const POLICY = [
  "default-src 'none'",
  // Plotly's parallel coordinates make the code that draws them.
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'media-src data: blob:',
  'font-src data:',
  'worker-src blob:',
  "connect-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly version?: string;
}

function refusalOf({ headers, url, method }: IncomingMessage, port: number): Answer | undefined {
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(headers.host ?? '')) {
    return { status: 403, text: `This page is at http://127.0.0.1:${port}/ alone.` };
  }
  if (url !== '/') return { status: 404, text: 'There is one page here: /' };
  return method === 'GET' || method === 'HEAD'
    ? undefined
    : { status: 405, text: 'The page can be read and nothing else.' };
}

function send(response: ServerResponse, { status, text, version }: Answer): void {
  response.writeHead(status, {
    'content-type': `text/${version === undefined ? 'plain' : 'html'}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'content-security-policy': POLICY,
    ...(version !== undefined && { etag: `"${version}"` }),
    ...(version === 'last' && { connection: 'close' }),
  });
  response.end(text);
}
