import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { programOf, sandbox } from './sandbox.ts';

const { at, shell } = sandbox('schedule-search');

const MODEL = fileURLToPath(new URL('../fixtures/reference-tiny/checkpoint.pt', import.meta.url));

/** The tiny network on a tenth of a second of four clips: the whole way, in seconds. */
const TINY = ['--model', MODEL, '--clip-count', '4', '--clip-seconds', '0.1', '--budget', '240'];

/** Runs a search, gives the first page that it serves, and what it ended with. */
async function watch(args: readonly string[]) {
  const child = spawn(process.execPath, [programOf('schedule-search'), ...TINY, '--watch', ...args], { cwd: at() });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let address: string | undefined;
  let stderr = '';
  for await (const chunk of child.stderr) {
    stderr += chunk;
    address = stderr.match(/Report: (\S+) while the search runs/)?.[1];
    if (address !== undefined) break;
  }
  const page = await fetch(address!).then((response) => response.text());
  child.stderr.resume();
  child.stdout.resume();
  return { address: address!, page, status: await ended };
}

describe('schedule-search --watch', () => {
  test('serves the report while it runs, ends, and writes it', { timeout: 120_000 }, async () => {
    const { address, page, status } = await watch(['--study', 'watched']);
    expect(page).toContain('<meta name="version" content="1">');
    expect(page).toContain('of 240 NFE');
    expect(status).toBe(0);
    await expect(fetch(address)).rejects.toThrow('fetch failed');
    const report = await readFile(at('reports/watched.html'), 'utf8');
    expect(report).toContain('id="section-listening"');
    expect(report).not.toContain('meta name="version"');
  });

  test('serves the report of the number of steps in hand where there are several', { timeout: 120_000 }, async () => {
    const { page, status } = await watch(['--study', 'several', '--iters', '3,4']);
    expect(page).toMatch(/A 3-step noise schedule|has not begun yet/);
    expect(status).toBe(0);
  });

  test('is of no use with --quiet', () => {
    const { status, stderr } = shell('schedule-search --watch --quiet');
    expect(status).toBe(2);
    expect(stderr).toContain('--watch says on standard error where the report is, which --quiet leaves out; got both');
  });
});
