import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Device } from '../engine/engine.ts';
import { workerEntry } from '../pool/worker-entry.ts';

/** What is tried of a device. */
export interface Probe {
  /** One clip, or ever more clips together until that fails or is no faster. */
  readonly kind: 'time' | 'rows';
  readonly device: Device;
  /** Of the CPU. */
  readonly threads: number;
  readonly half: boolean;
  readonly checkpoint: string;
  readonly config: string;
  readonly clipSeconds: number;
}

/** Seconds of a network evaluation of so many rows, or why there is none. */
export type ProbeAnswer = { readonly rows: number; readonly seconds: number } | { readonly reason: string };

/** What a device made of a probe. */
export interface ProbeResult {
  /** Each more rows, and faster by the row, than those before. */
  readonly timings: readonly { readonly rows: number; readonly seconds: number }[];
  /** Why there are no more; undefined where more would not pay. */
  readonly reason: string | undefined;
}

/**
 * Tries a device in a process of its own, since a driver may abort the one that it runs in.
 *
 * @param limitSeconds after which the process is ended
 */
export async function probeDevice(probe: Probe, limitSeconds: number): Promise<ProbeResult> {
  const entry = workerEntry('device-probe', import.meta.url);
  const isSource = entry.pathname.endsWith('.ts');
  const loader = isSource ? ['--import', import.meta.resolve('tsx')] : [];
  // What drivers print is not for the user.
  const child = spawn(process.execPath, [...loader, fileURLToPath(entry), JSON.stringify(probe)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, 1000 * limitSeconds);
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(endOf(code, signal)));
  });
  const answers: ProbeAnswer[] = [];
  child.on('message', (answer) => answers.push(answer as ProbeAnswer));
  const end = await ended;
  clearTimeout(limit);
  const timings = answers.filter((answer) => 'seconds' in answer);
  const said = answers.find((answer) => 'reason' in answer)?.reason;
  const reason = isLate ? `no more within ${limitSeconds} s` : (said ?? (timings.length > 0 ? undefined : end));
  return { timings, reason };
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return `its process was ended by ${signal}`;
  return code === 0 ? 'it said nothing' : `its process ended with ${code}`;
}
