import { renderReport } from '../report/report.ts';
import { serveWatched, type WatchServer } from '../report/watch-server.ts';
import { readStudy } from '../search/read-study.ts';
import { UsageError, wholeNumber } from './command.ts';
import type { SearchArguments } from './search-request.ts';

const LARGEST_PORT = 65_535;

/**
 * Serves the report of a study while it is searched, where that is asked for.
 *
 * @param folder of the study, each time that its page is made
 * @throws InputError where the port cannot be had; UsageError where it is none
 */
export async function watchStudy(
  { watch, port }: Pick<SearchArguments, 'watch' | 'port'>,
  folder: () => string,
  say: (text: string) => void,
): Promise<WatchServer | undefined> {
  if (!watch) return undefined;
  const server = await serveWatched(async () => renderReport(await readStudy(folder()), true), port ?? 0);
  say(`Watch it: ${server.url}`);
  return server;
}

/** @throws UsageError */
export function checkWatch({ watch, port }: Pick<SearchArguments, 'watch' | 'port'>): void {
  if (port === undefined) return;
  if (!watch) throw new UsageError('--port is for --watch');
  if (wholeNumber('port', port, 0) > LARGEST_PORT) {
    throw new UsageError(`--port must be at most ${LARGEST_PORT}, got ${port}`);
  }
}
