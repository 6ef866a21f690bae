import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../src/audio/distances/index.ts';
import { loadSchedule, saveSchedule } from '../../src/schedule/file.ts';
import { readOutcome } from '../../src/search/outcome.ts';
import { pairedDifference } from '../../src/search/statistics.ts';
import { compareSandbox, QUICK } from './compare-sandbox.ts';
import { programOf } from './sandbox.ts';

const { at, shell, examples, quick, search } = compareSandbox('schedule-compare');

beforeAll(() => {
  expect(search('--study', 'study', '--save-to-model', '--clamp', 'state', '--precision', 'float32').status).toBe(0);
});

interface Metric {
  readonly mean: number;
  readonly behind: { readonly mean: number; readonly standardError: number };
  readonly byClip: readonly number[];
}

interface Result {
  readonly best: string;
  readonly schedules: readonly {
    readonly name: string;
    readonly steps: number;
    readonly nfe: number;
    readonly metrics: Record<string, Metric>;
  }[];
  readonly remarks: readonly string[];
  readonly sentences: readonly string[];
  readonly bestBy: Readonly<Record<string, string>>;
  readonly nfe: number;
}

function compared(...args: readonly string[]): Result {
  const { status, stdout, stderr } = quick('--json', ...args);
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('schedule-compare:')]);
  return JSON.parse(stdout) as Result;
}

test('schedules of any kind and length, by every metric, pair by pair', async () => {
  await saveSchedule(at('mine.npy'), await loadSchedule('fastdiff-4'));
  const kinds = ['lmnt-6', 'karras', 'karras:1e-3:0.9', 'mine.npy', '[1e-5, 2e-3, 0.3]', 'best-6', '--iters', '8'];
  const { schedules, best, bestBy, nfe } = compared(...kinds);
  const names = ['lmnt-6', 'karras-8', 'karras-8:1e-3:0.9', 'mine', 'custom-3', 'best-6'];
  expect(schedules.map(({ name }) => name).sort()).toEqual(names.sort());
  expect(schedules.find(({ name }) => name === 'mine')!.steps).toBe(4);
  expect(nfe).toBe(schedules.reduce((sum, schedule) => sum + schedule.nfe, 0));
  for (const metric of METRIC_NAMES) {
    const of = (name: string) => schedules.find((schedule) => schedule.name === name)!.metrics[metric]!;
    const means = schedules.map(({ name }) => of(name).mean);
    expect(of(bestBy[metric]!).mean).toBe(Math.min(...means));
    for (const { name } of schedules) {
      expect(of(name).behind).toEqual(pairedDifference(of(name).byClip, of(bestBy[metric]!).byClip));
    }
  }
  expect([best, bestBy['log-mel-l1']]).toEqual([schedules[0]!.name, schedules[0]!.name]);
});

test("with a search's clips and seed gives what its verification found, bit for bit", async () => {
  const outcome = (await readOutcome(at('study', 'best.json')))!;
  const names = outcome.comparisons.map(({ name }) => name);
  const { schedules } = compared(
    '--clips',
    'valid',
    '--clamp',
    'state',
    '--precision',
    'float32',
    ...names.slice(0, 4),
    at('study', 'best.json'),
  );
  const winner = schedules.find(({ metrics }) => metrics['log-mel-l1']!.mean === outcome.heldout.mean)!;
  for (const { name, heldout, metrics, difference } of outcome.comparisons.slice(0, 4)) {
    // A preset that won has the betas of best.json too, and is heard under the name that comes first.
    const here = schedules.find((schedule) => schedule.name === name)!;
    expect(here.metrics['log-mel-l1']!.mean).toBe(heldout.mean);
    for (const metric of METRIC_NAMES) expect(here.metrics[metric]!.mean).toBe(metrics[metric].mean);
    const behind = pairedDifference(here.metrics['log-mel-l1']!.byClip, winner.metrics['log-mel-l1']!.byClip);
    expect(behind).toEqual(difference);
  }
});

test('what does not fit is said early, and of the best once more', () => {
  const { stdout, stderr, status } = quick('best-6', '[1e-5, 2e-5, 3e-5]', '--clips', 'score');
  expect(status).toBe(0);
  for (const sentence of [
    'best-6 is meant for the clamp state; this comparison has x0.\n',
    'best-6 was found in float32; this comparison has float64.\n',
    'best-6 was chosen on 2 of these 2 clips, which flatters it.\n',
  ]) {
    expect(stderr).toContain(sentence);
    expect(stdout).toContain(sentence);
  }
  expect(stderr.indexOf('best-6 is meant')).toBeLessThan(stderr.indexOf(' NFE; about '));
  expect(stdout).toContain('With 2 clips a 95 % confidence interval takes 12.7 standard errors, not two.\n');
});

test('clips and noise that a search has verified on are said to be no other', () => {
  const { remarks } = compared('best-6', 'fastdiff-4', '--clips', 'valid');
  expect(remarks).toContain('best-6 was verified on these clips with this noise; --seed draws other noise.');
  expect(compared('best-6', 'fastdiff-4', '--clips', 'valid', '--seed', '1').remarks.join('\n')).not.toContain(
    'verified',
  );
});

test("with neither a schedule nor a number of steps, all presets of six steps and the model's own", () => {
  const { schedules, remarks } = compared('--replicates', '1');
  const names = schedules.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['ivanvovk-6', 'lmnt-6', 'fastdiff-6', 'diffwave-6', 'fibonacci-6']));
  // The search tried presets only, so its winner is one of them.
  expect(remarks).toContainEqual(expect.stringMatching(/^best-6 has the betas of .*, and is heard once\.$/));
});

test('the table, then the sentences', () => {
  const { stdout, stderr, status } = quick('fastdiff-4', 'lmnt-6', '--metric', 'mel-cepstral-distortion');
  expect(status).toBe(0);
  expect(stderr).toContain('2 schedules on 2 clips of 0.10 s, each with 4 draws of noise: 40 NFE; about ');
  const lines = stdout.split('\n');
  expect(lines[1]).toMatch(/^schedule +steps +NFE +mel-cepstral-distortion, dB +worse than the best by$/);
  // Four draws of six steps.
  expect(stdout).toMatch(/^lmnt-6 +6 +24 +\d+\.\d{4} ± \d+\.\d{4}/m);
  expect(lines[5]).toMatch(
    /^schedule +log-mel-l1 +log-mel-l1-reference +multi-resolution-stft +log-spectral-distance, dB$/,
  );
  expect(stdout).toMatch(/(is best by|has the lowest) mel-cepstral-distortion, /);
});

test('the same for any number of workers', () => {
  const args = ['fastdiff-4', 'lmnt-6', 'karras', '--iters', '5'];
  const one = { ...compared(...args), seconds: 0 };
  const two = { ...compared(...args, '--jobs', '2'), seconds: 0 };
  expect(two).toEqual(one);
});

test('nothing is written', () => {
  const before = readdirSync(at());
  expect(quick('fastdiff-4', 'lmnt-6', '--quiet').stderr).toBe('');
  expect(readdirSync(at())).toEqual(before);
});

test('ends at Ctrl-C with exit 130, and prints nothing', async () => {
  const args = ['--model', 'folder', ...QUICK, 'ivanvovk-1000', 'lmnt-6'];
  const child = spawn(process.execPath, [programOf('schedule-compare'), ...args], { cwd: at() });
  let [stdout, stderr, isStopped] = ['', '', false];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    if (!isStopped && stderr.includes('0 of 4,024 NFE')) isStopped = child.kill('SIGINT');
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect([status, stdout]).toEqual([130, '']);
  expect(stderr).toContain('Stopped. A comparison keeps nothing');
});

describe('used wrongly or on what is not there', () => {
  test.each([
    [['lmnt-6'], 2, 'at least two schedules were expected, got lmnt-6 alone'],
    [['lmnt-6', 'ivanvovk-12', 'karras'], 2, '--iters must say how many steps karras has'],
    [['lmnt-6', 'fastdiff-6', '--iters', '6'], 2, '--iters is for families, such as karras, and none was given'],
    [['lmnt-6', 'fastdiff-6', '--replicates', '0'], 2, '--replicates must be a whole number of at least 1, got 0'],
    [['lmnt-6', 'fastdiff-6', '--jobs', '0.5'], 2, '--jobs must be a whole number of at least 1, got 0.5'],
    [['lmnt-6', 'lmnt-6'], 1, 'schedules to compare: at least two different ones were expected, got lmnt-6'],
    [['lmnt-6', 'karas'], 1, 'karas: expected a path'],
    [['lmnt-6', 'nowhere.json'], 1, 'nowhere.json: '],
    [['lmnt-6', 'torn.json'], 1, 'torn.json: '],
    [['lmnt-6', 'fastdiff-6', '--clips', 'nowhere'], 1, 'nowhere: there is no such folder, filelist or audio file'],
    [['--iters', '40'], 1, 'schedules to compare: at least two different ones were expected, got none'],
  ])('%j ends with exit %i and one sentence', (args, code, sentence) => {
    writeFileSync(at('torn.json'), '{"betas": [1e-4, ');
    const { status, stdout, stderr } = quick(...args);
    expect(stderr).toContain(`schedule-compare: ${sentence}`);
    expect(stderr).not.toContain('    at ');
    expect([status, stdout]).toEqual([code, '']);
  });

  test('a checkpoint that is none', () => {
    writeFileSync(at('other', 'checkpoint.pt'), 'RIFF....WAVEfmt ');
    const { status, stdout, stderr } = shell(`schedule-compare lmnt-6 fastdiff-6 --model other ${QUICK.join(' ')}`);
    expect(stderr).toMatch(/schedule-compare: .*checkpoint\.pt: .*\n$/);
    expect([status, stdout]).toEqual([1, '']);
  });
});

test('every example of --help runs', { timeout: 120_000 }, async () => {
  await saveSchedule(at('mine.npy'), await loadSchedule('lmnt-6'));
  const commands = examples();
  expect(commands).toHaveLength(6);
  const model = (line: string) => (line.includes('--model') ? '' : '--model folder');
  for (const example of commands) {
    const { status, stderr } = shell(`${example} ${model(example)} --replicates 1 ${QUICK.join(' ')}`);
    expect([example, status, stderr]).toEqual([example, 0, expect.anything()]);
  }
});
