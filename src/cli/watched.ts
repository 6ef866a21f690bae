import { renderRunning } from '../report/report.ts';
import { servePage } from './page-server.ts';

interface Watching {
  readonly isWanted: boolean;
  /** Of the study that is being searched. */
  readonly folder: () => string;
  readonly say: (text: string) => void;
}

/** Does a search, and where that is wanted serves its report meanwhile; the search says when there is something new. */
export async function watched<Result>(
  { isWanted, folder, say }: Watching,
  search: (changed: () => void) => Promise<Result>,
): Promise<Result> {
  if (!isWanted) return search(() => {});
  const server = await servePage((version) => renderRunning(folder(), version));
  say(`Report: ${server.address} while the search runs`);
  try {
    return await search(() => server.changed());
  } finally {
    await server.close();
  }
}
