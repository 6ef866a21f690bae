import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sandbox } from './sandbox.ts';

const { at, shell } = sandbox('schedule-search');

const MODEL = fileURLToPath(new URL('../fixtures/reference-tiny/checkpoint.pt', import.meta.url));
const TINY = ['--model', MODEL, '--clip-count', '2', '--clip-seconds', '0.1', '--jobs', '1'];
const SHORT = ['--budget', '240'];

/** A search that is still at it when a test ends it. */
const LONG = ['--budget', '2400'];

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Runs a search of a study; `whileRunning` may look at it or end it. */
async function run(study: string, args: readonly string[], whileRunning: (child: ChildProcess) => Promise<void>) {
  const line = [...TINY, '--study', study, ...args];
  const child = spawn(at('..', 'bin', 'schedule-search'), line, { cwd: at() });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.resume();
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (status, signal) => resolve({ status, signal, stderr })),
  );
  await Promise.race([whileRunning(child), ended]);
  return ended;
}

const textOf = (study: string, name: string) =>
  existsSync(at(study, name)) ? readFileSync(at(study, name), 'utf8') : '';

const linesOf = (study: string) => textOf(study, 'journal.jsonl').split('\n').length - 1;

/** The process that writes a study, once it is not that one, and has written so many lines more. */
async function writer(study: string, other: number | undefined, more: number): Promise<number> {
  const before = linesOf(study);
  for (;;) {
    const text = textOf(study, 'study.lock');
    const pid = text === '' ? undefined : (JSON.parse(text) as { pid: number }).pid;
    if (pid !== undefined && pid !== other && linesOf(study) >= before + more) return pid;
    await sleep(5);
  }
}

/** trials.csv without the column of seconds. */
function trialsOf(study: string): string[] {
  const lines = textOf(study, 'trials.csv').trimEnd().split('\n');
  const seconds = lines[0]!.split(',').indexOf('seconds');
  return lines.map((line) => line.split(',').toSpliced(seconds, 1).join());
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const goesOn = (signal: string, count: number) =>
  `The search's process ended with ${signal}; it goes on from its journal, ${count} of 3.\n`;

test('a native fault costs a start, three times, and nothing that was finished', { timeout: 180_000 }, async () => {
  expect(shell(`schedule-search ${[...TINY, ...SHORT].join(' ')} --study whole`).status).toBe(0);

  let pid: number | undefined;
  const crash = async (study: string, signals: readonly NodeJS.Signals[]) => {
    for (const signal of signals) {
      pid = await writer(study, pid, 5);
      process.kill(pid, signal);
    }
  };
  const faulted = await run('faulted', [...SHORT, '--fresh'], () =>
    crash('faulted', ['SIGABRT', 'SIGSEGV', 'SIGKILL']),
  );
  expect(faulted.stderr).toContain(goesOn('SIGABRT', 1));
  expect(faulted.stderr).toContain(goesOn('SIGSEGV', 2));
  expect(faulted.stderr).toContain(goesOn('SIGKILL', 3));
  expect(faulted.status).toBe(0);
  expect(trialsOf('faulted')).toEqual(trialsOf('whole'));
  expect(existsSync(at('faulted-2'))).toBe(false);

  const all = ['SIGABRT', 'SIGBUS', 'SIGABRT', 'SIGABRT'] as const;
  const givenUp = await run('given-up', [...SHORT, '--quiet'], () => crash('given-up', all));
  expect(givenUp.stderr).toBe(
    `schedule-search: ${join(at(), 'given-up')}: the search's process ended with SIGABRT, after 3 more tries; ` +
      'what was finished is saved, and the same command goes on\n',
  );
  expect(givenUp.status).toBe(1);
  expect(shell(`schedule-search ${[...TINY, ...SHORT].join(' ')} --study given-up`).status).toBe(0);
  expect(trialsOf('given-up')).toEqual(trialsOf('whole'));
});

test('a second search of a study is refused while the first one runs', { timeout: 120_000 }, async () => {
  const first = await run('twice', LONG, async (child) => {
    const pid = await writer('twice', undefined, 1);
    expect(pid).not.toBe(child.pid);
    const second = shell(`schedule-search ${[...TINY, ...LONG].join(' ')} --study twice`);
    expect(second.stderr).toContain(`twice: another search is writing this study (process ${pid} on `);
    expect(second.stderr).toContain('; wait for it, or name another --study\n');
    expect(second.status).toBe(1);
    child.kill('SIGTERM');
  });
  expect(first.status).toBe(130);
  expect(existsSync(at('twice', 'study.lock'))).toBe(false);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends it once, saved, with exit 130 and how to go on',
  { timeout: 120_000 },
  async (signal) => {
    const study = `ended-by-${signal}`;
    const ended = await run(study, LONG, async (child) => {
      await writer(study, undefined, 5);
      child.kill(signal);
    });
    expect(ended.stderr).toContain('\nStopping after the steps in hand; once more to stop at once.');
    expect(ended.stderr.match(/Stopping/g)).toHaveLength(1);
    expect(ended.stderr).toContain('Stopped. To go on: schedule-search ');
    expect([ended.status, ended.signal]).toEqual([130, null]);
    expect(existsSync(at(study, 'study.lock'))).toBe(false);
    // Another signal than that of the user would have been no end, but a start.
    expect(ended.stderr).not.toContain('it goes on');
  },
);

const hasTerminals = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

test.runIf(hasTerminals)('a terminal that is closed ends it, saved, as Ctrl-C does', { timeout: 120_000 }, async () => {
  const search = ['schedule-search', ...TINY, ...LONG, '--study', 'hung-up'].join(' ');
  // As a shell that people type in, which passes on that its terminal is gone.
  const line = `PATH=${at('..', 'bin')}:$PATH; trap 'kill -HUP $pid' HUP; ${search} & pid=$!; wait $pid; wait $pid; echo $? > status`;
  const terminal = spawn('script', ['-qec', line, '/dev/null'], { cwd: at(), stdio: ['ignore', 'ignore', 'ignore'] });
  const pid = await writer('hung-up', undefined, 5);
  // The other side of the terminal is gone with the one that shows it.
  terminal.kill('SIGKILL');
  while (!existsSync(at('status')) || readFileSync(at('status'), 'utf8') === '') await sleep(10);
  expect(readFileSync(at('status'), 'utf8')).toBe('130\n');
  expect(isRunning(pid)).toBe(false);
  expect(existsSync(at('hung-up', 'study.lock'))).toBe(false);
  expect(textOf('hung-up', 'journal.jsonl').endsWith('}\n')).toBe(true);
});

test('ends at once when the command is killed, and the same command goes on', { timeout: 120_000 }, async () => {
  let pid = 0;
  const killed = await run('orphaned', SHORT, async (child) => {
    pid = await writer('orphaned', undefined, 5);
    child.kill('SIGKILL');
  });
  expect(killed.signal).toBe('SIGKILL');
  while (isRunning(pid)) await sleep(10);
  expect(existsSync(at('orphaned', 'study.lock'))).toBe(true);
  expect(shell(`schedule-search ${[...TINY, ...SHORT].join(' ')} --study orphaned`).status).toBe(0);
  expect(trialsOf('orphaned')).toEqual(trialsOf('whole'));
});

test('no other process is started for --help, or where it is used wrongly', () => {
  writeFileSync(
    at('count.cjs'),
    "require('node:fs').appendFileSync('processes', process.pid + String.fromCharCode(10));",
  );
  const processes = (args: string) => {
    rmSync(at('processes'), { force: true });
    const { status } = shell(`NODE_OPTIONS='--require ./count.cjs' schedule-search ${args}`);
    return [status, new Set(readFileSync(at('processes'), 'utf8').trimEnd().split('\n')).size];
  };
  expect(processes('--help')).toEqual([0, 1]);
  for (const wrong of ['--iters 0', '--nonsense', 'extra', '--resume --fresh', '--stride 0.5']) {
    expect([wrong, ...processes(wrong)]).toEqual([wrong, 2, 1]);
  }
  expect(processes('--clips nowhere')).toEqual([1, 2]);
});
