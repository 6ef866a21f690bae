import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Run } from './killed-runs.ts';

/** Starts a run in a folder, in a process group of its own. */
export function command({ program, args }: Run, folder: string): ChildProcess {
  const built = fileURLToPath(new URL(`../../dist/cli/${program}.js`, import.meta.url));
  const stdio = ['ignore', 'ignore', 'pipe'] as const;
  return spawn(process.execPath, [built, ...args], { cwd: folder, detached: true, stdio: [...stdio] });
}

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Resolves once the command has ended, whether what it started has or not. */
export function ended(child: ChildProcess): Promise<Ended> {
  let stderr = '';
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => resolve({ status, signal, stderr }));
  });
}
