import { cp, mkdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStudy } from '../../src/search/study.ts';
import { exampleTrials, SETTINGS } from '../report/example-study.ts';
import { sandbox } from './sandbox.ts';

const { at, shell, examples } = sandbox('schedule-report');

beforeAll(async () => {
  const study = await openStudy(at('search-3'), SETTINGS, {}, 0);
  await study.writeTrials(exampleTrials(5));
  await study.journal.close();
});

describe('schedule-report', () => {
  it('writes reports/<study>.html in the working directory and prints its path', async () => {
    const { status, stdout, stderr } = shell('schedule-report search-3');
    const path = at('reports/search-3.html');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${path}\n`, stderr: '' });
    expect(await readFile(path, 'utf8')).toContain('Search still unfinished: 5 trials');
  });

  it('writes where -o says, and prints absolute paths as JSON with --json', async () => {
    const { status, stdout } = shell('schedule-report search-3 -o paper/appendix.html --json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ study: at('search-3'), report: at('paper/appendix.html') });
    expect(await readFile(at('paper/appendix.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('ends with 1 and one sentence where the folder is no study', async () => {
    await mkdir(at('empty'));
    const { status, stdout, stderr } = shell('schedule-report empty');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      `schedule-report: ${at('empty')}: the folder of a study was expected, but there is no study.json in it\n`,
    );
  });

  it.each([
    ['no folder', ''],
    ['two folders', 'search-3 search-3'],
    ['an unknown option', 'search-3 --colour'],
    ['an empty --out', "search-3 --out ''"],
  ])('ends with 2 for %s', (_, args) => {
    const { status, stderr } = shell(`schedule-report ${args}`);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^schedule-report: [^\n]+\nTry schedule-report --help\.\n$/);
  });

  it('shows an example with --help', () => {
    const { status, stdout } = shell('schedule-report --help');
    expect(status).toBe(0);
    expect(stdout).toContain('schedule-report experiments/search-6');
  });

  it('has examples that run', async () => {
    await cp(at('search-3'), at('experiments/search-6'), { recursive: true });
    const commands = examples();
    expect(commands).toHaveLength(2);
    for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
  });
});
