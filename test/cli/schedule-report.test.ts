import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStudy } from '../../src/search/study.ts';
import { exampleTrials, SETTINGS } from '../report/example-study.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/schedule-report.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

let cwd: string;

beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'schedule-report-')));
  const study = await openStudy(join(cwd, 'search-3'), SETTINGS, {}, 0);
  await study.writeTrials(exampleTrials(5));
  await study.journal.close();
});

afterAll(() => rm(cwd, { recursive: true }));

describe('schedule-report', () => {
  it('writes reports/<study>.html in the working directory and prints its path', async () => {
    const { code, stdout, stderr } = await run('search-3');
    const path = join(cwd, 'reports', 'search-3.html');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${path}\n`, stderr: '' });
    expect(await readFile(path, 'utf8')).toContain('Search still unfinished: 5 trials');
  });

  it('writes where -o says, and prints absolute paths as JSON with --json', async () => {
    const { code, stdout } = await run('search-3', '-o', 'paper/appendix.html', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ study: join(cwd, 'search-3'), report: join(cwd, 'paper', 'appendix.html') });
    expect(await readFile(join(cwd, 'paper', 'appendix.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('ends with 1 and one sentence where the folder is no study', async () => {
    await mkdir(join(cwd, 'empty'));
    const { code, stdout, stderr } = await run('empty');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `schedule-report: ${join(cwd, 'empty')}: the folder of a study was expected, but there is no study.json in it\n`,
    );
  });

  it.each([
    ['no folder', []],
    ['two folders', ['search-3', 'search-3']],
    ['an unknown option', ['search-3', '--colour']],
    ['an empty --out', ['search-3', '--out', '']],
  ])('ends with 2 for %s', async (_, args) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^schedule-report: [^\n]+\nTry schedule-report --help\.\n$/);
  });

  it('shows an example with --help', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('schedule-report experiments/search-6');
  });
});

function run(...args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', TSX, COMMAND, ...args], { cwd }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}
