import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStudy } from '../../src/search/study.ts';
import { exampleTrials, SETTINGS } from '../report/example-study.ts';
import { searchOracle } from '../search/several-studies.ts';
import { sandbox } from './sandbox.ts';

const { at, shell, examples } = sandbox('schedule-report');

beforeAll(async () => {
  const study = await openStudy(at('search-3'), SETTINGS, {}, 0);
  await study.writeTrials(exampleTrials(5));
  await study.journal.close();
  await searchOracle({ folder: at('search-2-4'), counts: [2, 3, 4], budgets: [60, 60, 60] });
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

  it('writes the front of a search of several numbers of steps, and the reports beside it', async () => {
    const { status, stdout, stderr } = shell('schedule-report search-2-4');
    const path = at('reports/search-2-4.html');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${path}\n`, stderr: '' });
    const page = await readFile(path, 'utf8');
    expect(page).toContain('Noise schedules of 2 to 4 steps for model.safetensors');
    for (const steps of [2, 3, 4]) {
      expect(page).toContain(`href="search-2-4/${steps}.html"`);
      expect(await readFile(at(`reports/search-2-4/${steps}.html`), 'utf8')).toContain(
        `A ${steps}-step noise schedule`,
      );
    }
  });

  it('writes the front of those that are finished, and says in one sentence where none is', async () => {
    await cp(at('search-2-4'), at('half'), { recursive: true });
    await rm(at('half/4/best.json'));
    expect(shell('schedule-report half -o half/page.html --json').stdout).toBe(
      `${JSON.stringify({ study: at('half'), report: at('half/page.html') }, null, 2)}\n`,
    );
    const page = await readFile(at('half/page.html'), 'utf8');
    expect(page).toContain('Noise schedules of 2 to 3 steps');
    expect(page).toContain('The search of 4 steps is not finished');
    for (const steps of [2, 3]) await rm(at(`half/${steps}/best.json`));
    const { status, stdout, stderr } = shell('schedule-report half');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(
      `schedule-report: ${at('half')}: studies of several numbers of steps were expected, but there is no finished one\n`,
    );
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
    await cp(at('search-2-4'), at('experiments/search-4-12'), { recursive: true });
    const commands = examples();
    expect(commands).toHaveLength(3);
    for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
  });
});
