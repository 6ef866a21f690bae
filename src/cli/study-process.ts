import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { InputError } from '../formats/input-error.ts';

/** Of the environment of a study's process: the number of the one that watches it. */
const WATCHER = 'WAVEGRAD_SCHEDULES_WATCHER';

const MOST_RESTARTS = 3;

/** How a process ends by a native fault, or when the system has no memory left. */
const CRASHES: ReadonlySet<string> = new Set([
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGKILL',
  'SIGSEGV',
  'SIGSYS',
  'SIGTRAP',
]);

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a study's process tells the one that watches it. */
interface Told {
  readonly folder: string;
}

/** Whether this process is one that another has started to do a study in. */
export function isStudyProcess(): boolean {
  return process.send !== undefined && process.env[WATCHER] !== undefined;
}

/** In a study's process: ends it, as the one that watches it was ended, when that is gone. What is finished is in the journal. */
export function endWithWatcher(): void {
  const end = () => process.kill(process.pid, 'SIGKILL');
  process.on('disconnect', end);
  if (!process.connected || process.env[WATCHER] !== String(process.ppid)) end();
  // Else the process would wait for it.
  process.channel?.unref();
}

/** In a study's process: says where it is written, so that it can go on there. */
export function tellFolder(folder: string): void {
  if (isStudyProcess()) process.send?.({ folder } satisfies Told);
}

/**
 * Runs this command once more in a process of its own, which a native fault may end: it is then started again, to go on with its study.
 *
 * @param say gets a sentence for each time
 * @returns the exit code
 * @throws {InputError} where it ended so once more after the last time
 */
export async function runStudyProcess(say: (text: string) => void): Promise<number> {
  let child: ChildProcess | undefined;
  let folder: string | undefined;
  let isAsked = false;
  const passOn = (signal: NodeJS.Signals) => {
    isAsked = true;
    child?.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  try {
    for (let restarts = 0; ; restarts++) {
      child = start(folder === undefined ? process.argv.slice(2) : argumentsFor(folder));
      child.on('message', (told: Told) => {
        folder = told.folder;
      });
      const [code, signal] = (await once(child, 'exit')) as [number, null] | [null, NodeJS.Signals];
      if (signal === null) return code;
      if (isAsked || !CRASHES.has(signal)) return 128 + constants.signals[signal];
      if (restarts === MOST_RESTARTS) {
        throw new InputError(
          `${folder ?? 'the search'}: the search's process ended with ${signal}, after ${MOST_RESTARTS} more tries; what was finished is saved, and the same command goes on`,
        );
      }
      say(
        `The search's process ended with ${signal}; it goes on from its journal, ${restarts + 1} of ${MOST_RESTARTS}.`,
      );
    }
  } finally {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
}

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [WATCHER]: String(process.pid) },
  });
}

/** The arguments of this command for a study that there is, whatever folder was asked for. */
export function argumentsFor(folder: string): string[] {
  const args = process.argv.slice(2);
  const kept = args.filter((arg, i) => !/^--(study(=.*)?|fresh|resume)$/s.test(arg) && args[i - 1] !== '--study');
  return [...kept, '--study', folder];
}
