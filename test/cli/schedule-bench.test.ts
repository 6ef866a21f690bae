import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { planRow } from '../../src/cli/bench-run.ts';
import { meanAndDeviation } from '../../src/cli/real-time.ts';
import { textOf } from '../report/page-text.ts';
import { sandbox } from './sandbox.ts';

const TINY = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));

const { at, shell, examples } = sandbox('schedule-bench');

beforeAll(() => {
  mkdirSync(at('model'));
  for (const name of ['checkpoint.pt', 'config.json']) cpSync(join(TINY, name), at('model', name));
});

/** A few frames, in no time. */
const QUICK = '--seconds 0.1 --runs 2 --threads 1';

describe('what is run of each number of steps', () => {
  const options = { runs: 3, limitSeconds: 60, isWhole: false };

  test.each([
    [6, 0.5, { runs: 3, measuredSteps: 6 }],
    [60, 0.5, { runs: 2, measuredSteps: 60 }],
    [100, 0.5, { runs: 1, measuredSteps: 100 }],
    [1000, 0.5, { runs: 3, measuredSteps: 40 }],
    [2, 100, { runs: 3, measuredSteps: 1 }],
  ])('%i steps of %f s', (steps, seconds, expected) => {
    expect(planRow(steps, seconds, options)).toEqual(expected);
  });

  test('all of it where it is to be heard', () => {
    expect(planRow(1000, 0.5, { ...options, isWhole: true })).toEqual({ runs: 1, measuredSteps: 1000 });
  });
});

// numpy.std([1, 2, 6]) is sqrt(14 / 3).
test('the deviation is of the runs alone', () => {
  expect(meanAndDeviation([1, 2, 6])).toEqual({ mean: 3, deviation: Math.sqrt(14 / 3) });
});

test('a table in Markdown, which says what it is of and what was extrapolated', () => {
  const { status, stdout } = shell(`schedule-bench --model model --iters 3,6,1000 --limit 0.2 ${QUICK}`);
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^- model: 26,069 parameters, model\/checkpoint\.pt\n- device: cpu, 1 thread \(.+\)\n- engine: onnxruntime-node /,
  );
  expect(stdout).toContain('- speech: 0.10 s at 22,050 Hz\n');
  expect(stdout).toMatch(/^- peak of memory: \d+ MiB$/m);
  const rows = stdout.split('\n').filter((line) => /^\| \d/.test(line));
  expect(rows.map((row) => Number(row.split('|')[1]))).toEqual([3, 6, 1000]);
  expect(rows[2]).toMatch(/\| extrapolated from \d+ steps, run 2 times \|$/);
});

test('the same as JSON', () => {
  const { stdout } = shell(`schedule-bench --model model --iters 2,1000 --limit 0.2 --json ${QUICK}`);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({
    weights: 'given',
    parameters: 26_069,
    device: 'cpu',
    threads: 1,
    sampleRate: 22_050,
    // Seven frames of 300 samples.
    speechSeconds: 2100 / 22_050,
  });
  expect(result.rows.map(({ steps }: { steps: number }) => steps)).toEqual([2, 1000]);
  const [, long] = result.rows;
  expect([long.schedule, long.isExtrapolated, long.runs]).toEqual(['ivanvovk-1000', true, 2]);
  expect(long.measuredSteps).toBeLessThan(1000);
  expect(long.realTimeFactor.mean).toBeCloseTo(long.seconds.mean / result.speechSeconds, 8);
});

test("without a model it is of the reference's size, with random weights that it removes again, and says so", () => {
  mkdirSync(at('tmp'));
  const { status, stdout } = shell(`TMPDIR='${at('tmp')}' schedule-bench --iters 1 ${QUICK}`);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^- model: 15,810,401 parameters, random weights, since no model was given\n/);
  expect(readdirSync(at('tmp')).filter((name) => name.startsWith('wavegrad-'))).toEqual([]);
});

test('a page has the recording and the sentence at each number of steps, none of it extrapolated', () => {
  const line = `schedule-bench --model model --iters 2,6 --limit 0.001 --listen listen.html --json ${QUICK}`;
  const { rows } = JSON.parse(shell(line).stdout);
  expect(
    rows.map(({ runs, isExtrapolated }: { runs: number; isExtrapolated: boolean }) => [runs, isExtrapolated]),
  ).toEqual([
    [1, false],
    [1, false],
  ]);
  const page = readFileSync(at('listen.html'), 'utf8');
  expect(page.match(/<audio /g)).toHaveLength(3);
  for (const part of ['The recording', '2 steps', '6 steps', 'ivanvovk-6', '26,069 parameters']) {
    expect(textOf(page)).toContain(part);
  }
});

test.each([
  ['--config model/config.json', 2, '--config goes with --model'],
  ['--audio x.wav', 2, '--audio goes with --model or --listen'],
  ['--model model --seconds 0', 2, '--seconds must be above 0, got 0'],
  ['--model model --seconds 60', 1, 'expected a recording of at least 60 s (--seconds), got '],
  ['--model model --iters 0', 2, '--iters must be a whole number of steps'],
])('%s ends with exit %i and one sentence', (line, code, sentence) => {
  const { status, stdout, stderr } = shell(`schedule-bench ${line}`);
  expect([status, stdout]).toEqual([code, '']);
  expect(stderr).toContain(sentence);
});

test('every example of --help runs', { timeout: 120_000 }, () => {
  const commands = examples();
  expect(commands).toHaveLength(4);
  for (const example of commands) {
    // As short as can be, and on the CPU.
    const line = example.replace('--device auto', '').replace(/--iters \S+/, '');
    expect([line, shell(`${line} --iters 1 --limit 0.1 ${QUICK.replace(/--threads 1/, '')}`)]).toEqual([
      line,
      expect.objectContaining({ status: 0 }),
    ]);
  }
  expect(existsSync(at('listen.html'))).toBe(true);
});
