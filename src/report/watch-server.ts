import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError } from '../formats/input-error.ts';

const HOST = '127.0.0.1';
/** Milliseconds from one change that a page is told of to the next. */
const PAUSE = 3000;
/** Milliseconds that pages have to fetch what is there at the end. */
const FAREWELL = 2000;

/** Pages that are kept current as long as something goes on. */
export interface WatchServer {
  readonly url: string;
  /** What is shown has changed: the pages fetch it, soon. */
  changed(): void;
  /** Lets the pages fetch what is there at the end, and ends. */
  close(): Promise<void>;
}

/**
 * Serves one page on 127.0.0.1, and tells those who have it open when it has changed. It answers GET of `/` and of `/events`, and only to
 * the names of this machine: a page of elsewhere whose name leads here is refused.
 *
 * @param render the page as it is now
 * @param port 0 for any that is free
 * @throws InputError where the port cannot be had
 */
export async function serveWatched(render: () => Promise<string>, port: number): Promise<WatchServer> {
  const listeners = new Set<ServerResponse>();
  let page: Promise<string> | undefined;
  let waiting: NodeJS.Timeout | undefined;
  let names: readonly string[] = [];
  let isEnding = false;
  let hasLastPage = () => {};

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    if (headers.host === undefined || !names.includes(headers.host)) return refuse(response, 421);
    if (method !== 'GET') return refuse(response, 405, { Allow: 'GET' });
    if (url === '/events') return listen(response);
    if (url !== '/') return refuse(response, 404);
    page ??= render();
    const last = isEnding;
    try {
      const body = await page;
      response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8' });
      response.end(body, () => last && hasLastPage());
    } catch {
      // A study that was just begun may not be whole yet.
      page = undefined;
      response.writeHead(503, { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8' }).end(BEGINNING);
    }
  }

  function listen(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
    response.write('retry: 1000\n\n');
    listeners.add(response);
    response.on('close', () => listeners.delete(response));
  }

  function tell(event: 'changed' | 'ended'): void {
    page = undefined;
    for (const listener of listeners) listener.write(`event: ${event}\ndata:\n\n`);
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`--port ${port}: a free port was expected, got ${error.code}`);
  });
  const { port: opened } = server.address() as AddressInfo;
  names = [`${HOST}:${opened}`, `localhost:${opened}`];
  // What goes on does not go on for the sake of those who look.
  server.unref();

  return {
    url: `http://${HOST}:${opened}/`,
    changed() {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        tell('changed');
      }, PAUSE).unref();
    },
    async close() {
      clearTimeout(waiting);
      isEnding = true;
      let left = listeners.size;
      if (left > 0) {
        const fetched = new Promise<void>((resolve) => {
          hasLastPage = () => {
            left--;
            if (left === 0) resolve();
          };
        });
        tell('ended');
        await Promise.race([fetched, new Promise((resolve) => setTimeout(resolve, FAREWELL))]);
      }
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Asks again by itself. */
const BEGINNING =
  '<!doctype html><meta http-equiv="refresh" content="1"><title>The search begins</title><p>The search begins.</p>';

/** Nobody else may keep, embed or read it. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...HEADERS, ...headers }).end();
}
