import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { compareSandbox, QUICK, sourceOf, TSX } from './compare-sandbox.ts';

const { at, shell } = compareSandbox('schedule-search');

const WANTED = ['--model', 'folder', '--clips', 'score', '--heldout', 'valid', '--jobs', '1', ...QUICK];

/** Runs a search with --watch, and gives the pages that were served from where it says so to where it has ended. */
async function watched(...args: readonly string[]) {
  const all = ['--import', TSX, sourceOf('schedule-search'), ...WANTED, '--watch', ...args];
  const child = spawn(process.execPath, all, { cwd: at() });
  const pages: string[] = [];
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const url = stderr.match(/Watch it: (http:\/\/127\.0\.0\.1:\d+\/)/)?.[1];
    const answer = url === undefined ? undefined : await fetch(url).catch(() => undefined);
    if (answer?.ok) pages.push(await answer.text());
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { status: await ended, stderr, pages };
}

test('--watch serves the page of the study, one after another where there are several', async () => {
  const one = await watched('--iters', '3', '--budget', '60', '--study', 'one');
  expect([one.status, one.stderr]).toEqual([0, expect.stringContaining('Watch it: ')]);
  expect(one.pages[0]).toContain('A 3-step noise schedule for checkpoint.pt');
  expect(one.pages[0]).toContain('id="watched"');
  const several = await watched('--iters', '2,3', '--budget', '60', '--study', 'several');
  expect(several.status).toBe(0);
  expect(several.pages[0]).toContain('A 2-step noise schedule');
});

test.each([
  ['--port 8080', '--port is for --watch'],
  ['--watch --port 65536', '--port must be at most 65535, got 65536'],
  ['--watch --port 1.5', '--port must be a whole number of at least 0, got 1.5'],
])('%s is an error of use', (flags, sentence) => {
  const { status, stderr } = shell(`schedule-search ${flags}`);
  expect([status, stderr]).toEqual([2, `schedule-search: ${sentence}\nTry schedule-search --help.\n`]);
});
