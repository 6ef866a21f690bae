import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { METRICS, type MetricName } from '../../src/audio/distances/index.ts';
import { listing } from '../../src/cli/schedule-table.ts';
import { diagnose } from '../../src/schedule/diagnostics.ts';
import { listPresets } from '../../src/schedule/file.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { outcomeFile } from '../../src/search/outcome.ts';
import type { StudySettings } from '../../src/search/settings.ts';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const PROGRAM = fileURLToPath(new URL('../../src/cli/schedule-list.ts', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'schedule-list-'));
  const command = `#!/bin/sh\nexec '${process.execPath}' --import '${TSX}' '${PROGRAM}' "$@"\n`;
  writeFileSync(join(folder, 'schedule-list'), command, { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(join(folder, 'experiments'), { recursive: true, force: true }));

/** A line as typed in a shell, in the temporary folder. */
function shell(line: string): { status: number | null; stdout: string; stderr: string } {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  return spawnSync('sh', ['-c', line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, PATH: `${folder}:${env.PATH}` },
  });
}

function writeStudyFile(study: string, content: string): string {
  mkdirSync(join(folder, 'experiments', study), { recursive: true });
  const path = join('experiments', study, 'best.json');
  writeFileSync(join(folder, path), content);
  return path;
}

const heldout = { mean: 0.25, standardError: 0.0125 };

/** What a search writes, of its settings only those that a best.json is made from. */
function bestJson(): string {
  const metrics = Object.fromEntries(Object.keys(METRICS).map((metric) => [metric, heldout]));
  const settings = { version: '1.2.3', strategy: 'random', seed: 7, checkpoint: { name: 'tiny.pt' }, clamp: 'state' };
  const outcome = {
    trial: 3,
    name: 'random-3',
    betas: [0.1, 0.2],
    score: 0.2,
    heldout,
    metrics: metrics as Record<MetricName, typeof heldout>,
    finalists: [],
    comparisons: [],
    nfe: { search: 8, verification: 4 },
    budget: 8,
    seconds: 1,
  };
  return JSON.stringify(outcomeFile(settings as unknown as StudySettings, outcome));
}

const SOURCE = 'found by wavegrad-schedules 1.2.3 (random, seed 7) for tiny.pt';

describe('without arguments', () => {
  test('every preset has a line, with its number of steps and clamp', async () => {
    const { status, stdout, stderr } = shell('schedule-list | cat');
    expect([status, stderr]).toEqual([0, '']);
    const presets = await listPresets();
    const lines = stdout.split('\n').slice(1, presets.length + 1);
    const said = lines.map((line) =>
      line
        .replace(/ \[[\d ]+\]/, '')
        .split(/ {2,}/)
        .slice(0, 3),
    );
    expect(said).toEqual(presets.map(({ name, length, clamp }) => [name, `${length}`, clamp]));
  });

  test('what studies found follows, by path, with its held-out score', () => {
    const path = writeStudyFile('tuesday', bestJson());
    mkdirSync(join(folder, 'experiments/unfinished'));
    const { stdout, stderr } = shell('schedule-list --steps 2');
    expect(stderr).toBe('');
    const [head, found, ...more] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/ held-out +source$/);
    // ℓ_2 = sqrt(0.9 · 0.8) = 0.8485; σ² = 1/9 and 7/18, half the logarithm of their ratio 3.5 is 0.6264.
    expect(found!.split(/ {2,}/)).toEqual([
      path,
      '2',
      'state',
      '0.8485',
      'yes',
      '0.6264',
      '0',
      '1.000',
      '0.2500 ± 0.013',
      SOURCE,
    ]);
    expect(more).toEqual([]);
  });

  test('a broken best.json is one line on standard error, and the rest is listed', () => {
    const broken = writeStudyFile('broken', '{"betas": [0.1,');
    const good = writeStudyFile('good', bestJson());
    const { status, stdout, stderr } = shell('schedule-list');
    expect(status).toBe(0);
    expect(stderr).toBe(
      `schedule-list: skipped ${broken}: expected a schedule as JSON or a PyTorch .pt file, got neither\n`,
    );
    expect(stdout).toContain('ivanvovk-6');
    expect(stdout).toContain(good);
    expect(shell('schedule-list --quiet').stderr).toBe('');
  });

  test('a found schedule whose provenance is of another version has no score, but is listed', () => {
    const path = writeStudyFile('later', '{"betas": [0.1, 0.2], "provenance": {"format": 99}}');
    const { stdout, stderr } = shell('schedule-list --steps 2');
    expect(stderr).toBe('');
    expect(stdout).toContain(path);
    expect(stdout).not.toContain('held-out');
  });

  test('it loads neither an engine nor audio code', () => {
    const coverage = join(folder, 'coverage');
    shell(`NODE_V8_COVERAGE='${coverage}' schedule-list`);
    const loaded = readdirSync(coverage)
      .map((file) => readFileSync(join(coverage, file), 'utf8'))
      .join('\n');
    expect(loaded).toContain('/node_modules/cli-table3/');
    expect(loaded).not.toMatch(/\/node_modules\/(mathjs|onnxruntime-|@tensorflow|fft\.js|@alexanderolsen|piscina)/);
  });
});

describe('with arguments', () => {
  test('only those are listed, in their order: presets and files', () => {
    writeFileSync(join(folder, 'mine.json'), '[0.1, 0.2]');
    const { stdout } = shell('schedule-list mine.json lmnt-6 --json');
    const listed = JSON.parse(stdout) as { name: string; path?: string }[];
    expect(listed.map(({ name }) => name)).toEqual(['mine', 'lmnt-6']);
    expect(listed[0]!.path).toMatch(/^\/.*\/mine\.json$/);
    expect(listed[1]).not.toHaveProperty('path');
  });

  test('a name that is no preset and a broken file are errors', () => {
    writeFileSync(join(folder, 'wrong.json'), '[1.5]');
    for (const [name, sentence] of [
      ['nothing', /^schedule-list: nothing: expected a path .* or a preset: .*\n/],
      ['wrong.json', /^schedule-list: wrong\.json: .*beta_1 must lie strictly between 0 and 1, got 1\.5\n/],
    ] as const) {
      const { status, stdout, stderr } = shell(`schedule-list ${name}`);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(sentence);
    }
  });
});

describe('--json', () => {
  test('gives betas and diagnostics, and of a found one its path and held-out score', () => {
    const path = writeStudyFile('tuesday', bestJson());
    const [found, ...more] = JSON.parse(shell('schedule-list --steps 2 --json').stdout) as Record<string, unknown>[];
    expect(more).toEqual([]);
    const { path: absolute, ...rest } = found!;
    const about = { name: 'random-3', source: SOURCE, clamp: 'state' as const };
    const schedule = NoiseSchedule.fromBetas([0.1, 0.2], about);
    expect(rest).toEqual({ ...about, betas: [0.1, 0.2], diagnostics: diagnose(schedule), heldout });
    expect(absolute).toMatch(new RegExp(`^/.*/${path}$`));
  });

  test('is an empty array where --steps leaves none', () => {
    expect(shell('schedule-list --steps 9 --json')).toMatchObject({ status: 0, stdout: '[]\n', stderr: '' });
  });
});

test.each([
  ['--steps 0', '--steps must be a whole number of at least 1, got 0'],
  ['--nonsense', 'Unknown argument: nonsense'],
])('%s is used wrongly: exit 2', (args, sentence) => {
  expect(shell(`schedule-list ${args}`)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `schedule-list: ${sentence}\nTry schedule-list --help.\n`,
  });
});

test('every example of --help runs', () => {
  const help = shell('schedule-list --help').stdout;
  const examples = [...help.matchAll(/^ {2}(schedule-list.*?) {2}/gm)].map(([, line]) => line!);
  expect(examples).toHaveLength(4);
  for (const example of examples) expect([example, shell(example).status]).toEqual([example, 0]);
});

test('colours are for those who take them', () => {
  const yellow = '\u001b[33m';
  expect(shell('FORCE_COLOR=1 schedule-list').stdout).toContain(yellow);
  expect(shell('schedule-list').stdout).not.toContain(yellow);
});

test('a reader that closes the pipe is no error', () => {
  // true has gone long before anything is written, and head at some time after the first line.
  expect(shell('{ schedule-list --json; echo $? >&2; } | true').stderr).toBe('0\n');
  expect(shell('schedule-list | head -1')).toMatchObject({ stdout: expect.stringMatching(/^name .*\n$/), stderr: '' });
});

describe('the table', () => {
  const listed = (betas: number[], source: string) => {
    const schedule = NoiseSchedule.fromBetas(betas, { name: `of-${betas.length}`, source });
    return { schedule, diagnostics: diagnose(schedule) };
  };
  const long = 'a source that takes more than a line of any terminal '.repeat(4).trim();

  test.each([90, 100, 140])('is %d characters wide, with sources cut short', (width) => {
    const lines = listing([listed([0.1, 0.2], long)], width).split('\n');
    expect(lines[1]).toMatch(/ {2}a source.*…$/);
    expect(lines[1]).toHaveLength(width);
  });

  test('shows sources whole where no width is given', () => {
    expect(listing([listed([0.1, 0.2], long)])).toContain(long);
  });

  test('says each warning once, beneath, and numbers those it is for', () => {
    const lines = listing([listed([0.1, 0.05], ''), listed([0.1, 0.2], ''), listed([0.2, 0.1, 0.05], '')]).split('\n');
    expect(lines.map((line) => line.split('  ')[0])).toEqual([
      'name',
      'of-2 [1]',
      'of-2',
      'of-3 [1]',
      '[1] The betas do not rise throughout.',
    ]);
  });

  test('shows the gap of a single step as infinite', () => {
    expect(listing([listed([0.1], '')]).split('\n')[1]).toMatch(/ yes +∞ +0 /);
  });

  test('lets no control character of a file through', () => {
    const { schedule, diagnostics } = listed([0.1, 0.2], 'red\u001b[31m\nnext');
    const lines = listing([{ schedule, diagnostics, path: './a\rb.json' }]).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^\.\/a b\.json .* {2}red \[31m next$/);
  });
});
