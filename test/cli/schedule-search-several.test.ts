import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadSchedule, saveSchedule } from '../../src/schedule/file.ts';
import { geometric } from '../../src/schedule/generators/geometric.ts';
import { karras } from '../../src/schedule/generators/karras.ts';
import { readStudy } from '../../src/search/read-study.ts';
import { textOf } from '../report/page-text.ts';
import { sandbox } from './sandbox.ts';

const TINY = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));

/** Two clips of a tenth of a second. */
const SHORT = '--model folder --clip-count 2 --clip-seconds 0.1 --jobs 1';

const { at, shell } = sandbox('schedule-search');

beforeAll(() => {
  mkdirSync(at('folder'));
  for (const name of ['checkpoint.pt', 'config.json']) cpSync(join(TINY, name), at('folder', name));
});

function search(line: string) {
  return shell(`schedule-search ${SHORT} ${line}`);
}

describe('several numbers of steps in one run', () => {
  const LINE = "--iters '3, 2' --budget 60 --save-to-model";

  test('are a study each, a report each, and one page and one table of all', async () => {
    const { status, stdout, stderr } = search(LINE);
    expect(stderr).toMatch(/^auto: 2 numbers of steps, 2, 3; at most \d+ NFE with their verification, about /m);
    expect(status).toBe(0);
    const folder = at('experiments/search-2,3-folder');
    expect(stderr).toContain(`Studies: ${folder}\n`);
    const studies = await Promise.all([2, 3].map((steps) => readStudy(join(folder, `${steps}`))));
    // One trial each, and the rest as it would be of 130 NFE for each of two steps and 30 for each of three, 260 and 90.
    const rest = (60 - 2 - 3) / (350 - 2 - 3);
    expect(studies.map(({ settings }) => settings.budget)).toEqual([
      2 + Math.floor(258 * rest),
      3 + Math.floor(87 * rest),
    ]);
    for (const { settings, outcome } of studies) {
      expect(stdout).toContain(`${settings.steps}: [${outcome!.betas.join(', ')}]\n`);
      expect(await loadSchedule(`best-${settings.steps}`, { model: at('folder') })).toMatchObject({
        betas: outcome!.betas,
      });
    }
    const report = at('reports/search-2,3-folder.html');
    expect(stdout).toContain(`Report:  ${report}\n`);
    const page = readFileSync(report, 'utf8');
    // What the page says of the front stands in the terminal, too.
    const sentence = stdout.split('\n').find((line) => line.startsWith('The schedule of '))!;
    expect(textOf(page)).toContain(sentence);
    for (const [i, steps] of [2, 3].entries()) {
      expect(page).toContain(`href="search-2%2C3-folder/${steps}.html"`);
      const own = readFileSync(at(`reports/search-2,3-folder/${steps}.html`), 'utf8');
      expect(own).toContain(String(studies[i]!.outcome!.betas[0]));
    }
  });

  test('that are finished are said to be, and --json gives them again', async () => {
    const written = [2, 3].map(
      (steps) => statSync(at('experiments/search-2,3-folder', `${steps}`, 'best.json')).mtimeMs,
    );
    const { status, stdout, stderr } = search(`${LINE} --json`);
    expect(stderr).toContain('These studies are finished: ');
    expect(status).toBe(0);
    const { searches, nfeMade, study, report } = JSON.parse(stdout);
    expect([nfeMade, study]).toEqual([0, at('experiments/search-2,3-folder')]);
    expect(report).toBe(at('reports/search-2,3-folder.html'));
    for (const [i, steps] of [2, 3].entries()) {
      const { outcome } = await readStudy(join(study, `${steps}`));
      const { name, betas, score, heldout, runnerUp, nfe, seconds } = outcome!;
      const { trial, betas: second, difference } = runnerUp!;
      expect(searches[i]).toMatchObject({
        steps,
        best: { name, betas, score, heldout },
        runnerUp: { trial, betas: second, difference },
        nfe: nfe.search,
        verificationNfe: nfe.verification,
        seconds,
      });
      expect(searches[i].realTimeFactor).toBeGreaterThan(0);
      expect(searches[i].presets.map((preset: { readonly name: string }) => preset.name)).toContain(
        `fibonacci-${steps}`,
      );
    }
    expect(searches.map((one: { readonly onFront: boolean }) => one.onFront)).toEqual([
      true,
      searches[1].best.heldout.mean < searches[0].best.heldout.mean,
    ]);
    // Nothing was done, so nothing was written again.
    expect([2, 3].map((steps) => statSync(join(study, `${steps}`, 'best.json')).mtimeMs)).toEqual(written);
  });

  test('with a smaller budget give what a larger one found', () => {
    const { status, stdout, stderr } = search("--iters '3, 2' --budget 30 --json");
    expect(stderr).toContain('These studies are finished: ');
    expect([status, JSON.parse(stdout).nfeMade]).toEqual([0, 0]);
  });

  test('go on where the second was not finished, with --resume, too', () => {
    const folder = at('experiments/search-2,3-folder/3');
    const before = readFileSync(join(folder, 'best.json'), 'utf8');
    rmSync(join(folder, 'best.json'));
    expect(search(`${LINE} --resume`).status).toBe(0);
    const { outcome } = JSON.parse(before).provenance;
    const again = JSON.parse(readFileSync(join(folder, 'best.json'), 'utf8')).provenance.outcome;
    expect({ ...again, seconds: 0 }).toEqual({ ...outcome, seconds: 0 });
  });

  test('begin beside the ones that there are with --fresh', () => {
    expect(search("--iters '3, 2' --budget 12 --fresh --quiet").status).toBe(0);
    expect(existsSync(at('experiments/search-2,3-folder-2/2/best.json'))).toBe(true);
    expect(existsSync(at('reports/search-2,3-folder-2.html'))).toBe(true);
  });
});

test('start from a family in each, and from a file in that of its length', async () => {
  await saveSchedule(at('mine.npy'), geometric(1e-5, 0.3, 3));
  const { status } = search('--iters 2,3 --budget 40 --study from --from karras mine.npy');
  expect(status).toBe(0);
  const [two, three] = await Promise.all([2, 3].map((steps) => readStudy(at('from', `${steps}`))));
  const betas = (names: readonly { readonly betas: readonly number[] }[]) => names.map((one) => [...one.betas]);
  expect(betas(two!.settings.from!)).toEqual(betas([karras(1.2e-3, 0.7, 2)]));
  expect(betas(three!.settings.from!)).toEqual(betas([karras(1.2e-3, 0.7, 3), geometric(1e-5, 0.3, 3)]));
  expect(three!.outcome!.comparisons.map(({ name }) => name)).toContain('mine');
});

test.each([
  ['--iters 0', 2, '--iters must be a whole number of steps, at least 1, a list (4,6,8) or a range (4-12), got 0'],
  [
    '--iters 4,six',
    2,
    '--iters must be a whole number of steps, at least 1, a list (4,6,8) or a range (4-12), got 4,six',
  ],
  ['--iters 8-4', 2, '--iters must be a whole number of steps, at least 1, a list (4,6,8) or a range (4-12), got 8-4'],
  ['--iters 1-500', 2, '--iters must name at most 100 numbers of steps, got 500'],
  ['--iters 2,3 --budget 4', 2, '--budget must be a whole number of at least 5, got 4'],
  [
    '--iters 2,3 --from lmnt-6',
    1,
    'lmnt-6: a schedule of 2, 3 steps was expected to start from, got one of 6; schedule-expand makes others',
  ],
  ['--iters 6,30 --strategy presets', 1, 'presets: there is no published schedule of 30 steps to try'],
  ['--iters 2,3 --resume --study none', 1, 'none/2: there is no study to resume here (no study.json)'],
])('%s ends with exit %i and one sentence, and begins nothing', (line, code, sentence) => {
  const { status, stdout, stderr } = search(`${line.includes('--study') ? '' : '--study refused'} ${line}`);
  expect(stderr).toContain(sentence);
  expect(stderr).not.toContain('    at ');
  expect([status, stdout]).toEqual([code, '']);
  expect(existsSync(at('refused'))).toBe(false);
});

test('does not put several into the folder of one study', () => {
  expect(search('--iters 2 --budget 4 --strategy random --study one').status).toBe(0);
  const { status, stderr } = search('--iters 2,3 --study one');
  expect(stderr).toContain(`${at('one')}: this is the study of one number of steps; name another --study for several`);
  expect(status).toBe(1);
});
