import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadSchedule, saveSchedule } from '../../src/schedule/file.ts';
import { geometric } from '../../src/schedule/generators/geometric.ts';
import type { Outcome } from '../../src/search/outcome.ts';
import { compareSandbox, QUICK } from './compare-sandbox.ts';

const { at, shell, examples, quick, search } = compareSandbox('schedule-transfer');

const DECIMALS = /-?\d+\.\d{4} ± \d+\.\d{4}/.source;

/** Of other betas than any preset, since it starts from one. */
const FOUND = geometric(1e-5, 0.4, 6);

beforeAll(async () => {
  await saveSchedule(at('start.npy'), FOUND);
  const args = ['--study', 'study', '--from', 'start.npy', '--clamp', 'state', '--precision', 'float32'];
  expect(search(...args).status).toBe(0);
  writeFileSync(at('found.json'), JSON.stringify(asFound()));
});

/** The study's best.json, as if the schedule that it started from had won it. */
function asFound(change: (outcome: Outcome) => Partial<Outcome> = () => ({})) {
  const best = JSON.parse(readFileSync(at('study', 'best.json'), 'utf8'));
  const outcome: Outcome = { ...best.provenance.outcome, betas: [...FOUND.betas] };
  return {
    ...best,
    betas: FOUND.betas,
    provenance: { ...best.provenance, outcome: { ...outcome, ...change(outcome) } },
  };
}

interface Result {
  readonly schedule: string;
  readonly holds: boolean | null;
  readonly holdsBy: Readonly<Record<string, boolean | null>>;
  readonly bestOther: {
    readonly name: string;
    readonly behind: { readonly mean: number; readonly standardError: number };
  };
  readonly modelsOwn: { readonly name: string } | null;
  readonly whereFound: {
    readonly model: string;
    readonly holds: boolean | null;
    readonly comparisons: readonly object[];
  } | null;
  readonly schedules: readonly {
    readonly name: string;
    readonly metrics: Record<string, { readonly mean: number; readonly byClip: readonly number[] }>;
  }[];
  readonly metric: string;
  readonly clamp: string;
  readonly precision: string;
  readonly remarks: readonly string[];
}

function transferred(...args: readonly string[]): Result {
  const { status, stdout, stderr } = quick('--json', ...args);
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('schedule-transfer:')]);
  return JSON.parse(stdout) as Result;
}

test('beside every published schedule of as many steps, as its file says it samples', () => {
  const { schedule, schedules, clamp, precision, metric, holds, holdsBy, bestOther } = transferred('found.json');
  const names = schedules.map(({ name }) => name);
  expect(names.sort()).toEqual(['diffwave-6', 'fastdiff-6', 'fibonacci-6', 'ivanvovk-6', 'lmnt-6', schedule].sort());
  expect([clamp, precision, metric]).toEqual(['state', 'float32', 'log-mel-l1']);
  expect(holdsBy['log-mel-l1']).toBe(holds);
  const of = (name: string) => schedules.find((one) => one.name === name)!.metrics['log-mel-l1']!;
  expect(bestOther.behind.mean).toBeCloseTo(of(bestOther.name).mean - of(schedule).mean, 12);
});

test('what it was where it was found stands beside what it is here', () => {
  const { status, stdout, stderr } = quick('found.json');
  expect(status).toBe(0);
  expect(stderr).not.toContain('is meant for');
  expect(stderr).toMatch(/ was found on this very model\.\n/);
  expect(stdout).toMatch(/^schedule +where it was found +worse by +here +worse by$/m);
  expect(stdout).toMatch(new RegExp(`^lmnt-6 +${DECIMALS} +${DECIMALS} +${DECIMALS} +${DECIMALS}$`, 'm'));
  expect(stdout).toMatch(/^Where it was found, checkpoint\.pt on 2 held-out clips, it was /m);
  const { whereFound } = transferred('found.json');
  expect(whereFound).toMatchObject({ model: 'checkpoint.pt', comparisons: expect.any(Array) });
});

test.each([
  [true, 0.1],
  [false, -0.1],
  [null, 0.01],
])('where it was found it held: %s', (holds, mean) => {
  const comparisons = ({ comparisons: all, heldout }: Outcome) => {
    const behind = { mean, standardError: 0.02 };
    return {
      comparisons: all.map((one) => ({
        ...one,
        heldout: { ...heldout, mean: heldout.mean + mean },
        difference: behind,
      })),
    };
  };
  writeFileSync(at('told.json'), JSON.stringify(asFound(comparisons)));
  expect(transferred('told.json', '--replicates', '1').whereFound!.holds).toBe(holds);
});

test('another metric than the search had is known there, but not its differences', () => {
  const { stdout } = quick('found.json', '--metric', 'multi-resolution-stft');
  expect(stdout).toMatch(new RegExp(`^lmnt-6 +${DECIMALS} +– +${DECIMALS} +${DECIMALS}$`, 'm'));
});

test('a schedule of which nothing is known is held against the presets all the same', () => {
  const { stdout } = quick('[1e-5, 2e-5, 3e-5, 4e-5, 5e-5, 6e-5]');
  expect(stdout).toMatch(/^schedule +here +worse by$/m);
  expect(stdout).toMatch(/^custom-6 does not hold here: .+ is better by .+, beyond two standard errors\.$/m);
  expect(stdout).toContain('Nothing says how it did where it was found.\n');
  const { holds, whereFound, modelsOwn } = transferred('[1e-5, 2e-5, 3e-5, 4e-5, 5e-5, 6e-5]');
  expect([holds, whereFound, modelsOwn]).toEqual([false, null, null]);
});

test("the model's own is a rival that is told of apart, and what does not fit is said", () => {
  cpSync(at('found.json'), at('other', 'schedules', 'best-6.json'), { recursive: true });
  const config = JSON.parse(readFileSync(at('other', 'config.json'), 'utf8'));
  config.data_config.f_max = 7600;
  writeFileSync(at('other', 'config.json'), JSON.stringify(config));
  const ran = shell(
    `schedule-transfer study/best.json --model other --clamp x0 --precision float64 ${QUICK.join(' ')}`,
  );
  expect(ran.status).toBe(0);
  expect(ran.stdout).toMatch(/^The model's own best-6 is /m);
  for (const sentence of [
    / is meant for the clamp state; this comparison has x0\.\n/,
    / was found in float32; this comparison has float64\.\n/,
    / was made with f_max 8000 Hz; the model has 7600 Hz\.\n/,
  ]) {
    expect(ran.stderr).toMatch(sentence);
  }
  const own = shell(`schedule-transfer best-6 --model other --json --replicates 1 ${QUICK.join(' ')}`);
  const { schedule, modelsOwn, remarks } = JSON.parse(own.stdout) as Result;
  expect([schedule, modelsOwn]).toEqual(['best-6', null]);
  expect(remarks).toContain("best-6 is the model's own; a path names that of another.");
});

test('a preset is no rival of its own, and a family has as many steps as it is told', () => {
  const preset = transferred('lmnt-6', '--replicates', '1');
  expect(preset.schedules.filter(({ name }) => name.startsWith('lmnt-6'))).toHaveLength(1);
  expect(preset.remarks.join('\n')).not.toContain('is heard once');
  const family = transferred('karras', '--iters', '12', '--replicates', '1');
  expect(family.schedules.map(({ name }) => name).sort()).toEqual([
    'fibonacci-12',
    'ivanvovk-12',
    'karras-12',
    'priorgrad-12',
  ]);
});

describe('used wrongly or on what is not there', () => {
  test.each([
    [[], 2, 'one schedule was expected, got none'],
    [['lmnt-6', 'fastdiff-6'], 2, 'one schedule was expected, got lmnt-6 fastdiff-6'],
    [['karras'], 2, '--iters must say how many steps karras has'],
    [['lmnt-6', '--replicates', '0'], 2, '--replicates must be a whole number of at least 1, got 0'],
    [['lmnt-6', '--seed', '-1'], 2, '--seed must be a whole number of at least 0, got -1'],
    [['nowhere.json'], 1, 'nowhere.json: '],
    [['lmnt-6', '--model', 'nowhere'], 2, '--model was given more than once'],
    [
      ['karras', '--iters', '30'],
      1,
      'karras: a number of steps was expected that a published schedule or folder has too, got 30',
    ],
    [['lmnt-6', '--clips', 'nowhere'], 1, 'nowhere: there is no such folder, filelist or audio file'],
  ])('%j ends with exit %i and one sentence', (args, code, sentence) => {
    const { status, stdout, stderr } = quick(...args);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/^schedule-transfer: [^\n]*\n(Try schedule-transfer --help\.\n)?$/);
    expect([status, stdout]).toEqual([code, '']);
  });
});

test('every example of --help runs', { timeout: 120_000 }, async () => {
  await saveSchedule(at('mine.npy'), await loadSchedule('lmnt-6'));
  cpSync(at('study'), at('experiments', 'search-6'), { recursive: true });
  cpSync(at('found.json'), at('folder', 'schedules', 'best-6.json'), { recursive: true });
  const commands = examples();
  expect(commands).toHaveLength(4);
  for (const example of commands) {
    const model = example.includes('--model') ? '' : '--model folder';
    const { status, stderr } = shell(`${example} ${model} --replicates 1 ${QUICK.join(' ')}`);
    expect([example, status, stderr]).toEqual([example, 0, expect.anything()]);
  }
});
