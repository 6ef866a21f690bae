import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Debian's, or one with another PyTorch. */
const PYTHON = process.env.PEER_PYTHON ?? '/usr/bin/python3';

/** A script of shared/peer, the folder of PyTorch's side of the comparisons, beside the checkout. */
function peerScript(name: string): string {
  return fileURLToPath(new URL(`../../shared/peer/${name}`, import.meta.url));
}

/** Whether PyTorch's side can run here; says on standard error what it takes where it cannot. */
export function isPeerThere(name = 'bench.py'): boolean {
  const isThere = existsSync(peerScript(name)) && existsSync(PYTHON);
  if (!isThere) process.stderr.write(`Without the peer: it takes ${peerScript(name)} and ${PYTHON}.\n`);
  return isThere;
}

/** What one run of shared/peer/bench.py measured. */
export interface PeerTimes {
  readonly secondsMin: number;
  readonly secondsMedian: number;
  readonly peakMiB: number;
}

/** Runs shared/peer/bench.py, unchanged. */
export async function peerTimes(args: readonly string[]): Promise<PeerTimes> {
  const { stdout } = await promisify(execFile)(PYTHON, [peerScript('bench.py'), ...args]);
  const { seconds_min, seconds_median, peak_rss_mib } = JSON.parse(stdout) as Record<string, number>;
  return { secondsMin: seconds_min!, secondsMedian: seconds_median!, peakMiB: peak_rss_mib! };
}
