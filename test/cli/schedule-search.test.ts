import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { loadSchedule } from '../../src/schedule/file.ts';
import { openSearchPool, planSearch } from '../../src/search/plan.ts';
import { readStudy } from '../../src/search/read-study.ts';
import { search } from '../../src/search/search.ts';
import { openStudy } from '../../src/search/study.ts';
import { torchFile } from '../formats/torch-file.ts';
import { programOf } from './sandbox.ts';

const MODEL = fileURLToPath(new URL('../fixtures/reference-tiny/checkpoint.pt', import.meta.url));

/** The tiny network on a tenth of a second of two clips: the whole way, in seconds. */
const TINY = ['--model', MODEL, '--clip-count', '2', '--clip-seconds', '0.1'];
const SMALL = [...TINY, '--budget', '120'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'schedule-search-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in the temporary folder; `whileRunning` may look at it or end it. */
async function run(args: readonly string[], whileRunning?: (child: ChildProcess) => Promise<void>): Promise<Ended> {
  const child = spawn(process.execPath, [programOf('schedule-search'), ...args], { cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr })),
  );
  await whileRunning?.(child);
  return ended;
}

/** The argument of the pickle opcode X: a 32-bit length and the text. */
function pickledText(text: string): string {
  return `${String.fromCharCode(text.length, 0, 0, 0)}${text}`;
}

/** Resolves once the study's journal has that many lines. */
async function journalLines(study: string, count: number): Promise<void> {
  while (linesOf(study) < count) await new Promise((resolve) => setTimeout(resolve, 10));
}

function linesOf(study: string): number {
  const path = join(folder, study, 'journal.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

/** trials.csv without the column of seconds, which is the only one that may differ between runs. */
function trialsWithoutSeconds(study: string): string[] {
  const lines = readFileSync(join(folder, study, 'trials.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  const seconds = lines[0]!.split(',').indexOf('seconds');
  return lines.map((line) =>
    line
      .split(',')
      .filter((_, i) => i !== seconds)
      .join(),
  );
}

describe('schedule-search', () => {
  test('finds a schedule, and its CSV, best.json, JSON output and report agree', async () => {
    const { status, stdout, stderr } = await run([...SMALL, '--iters', '6', '--jobs', '1', '--json']);
    expect(stderr).toContain('20 trials of 6 steps or more');
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.study).toBe(join(folder, 'experiments', 'search-6-checkpoint'));
    expect(result.report).toBe(join(folder, 'reports', 'search-6-checkpoint.html'));
    const { trials, outcome } = await readStudy(result.study);
    // More than a budget for 20 would give: some lost early.
    expect(trials.length).toBeGreaterThan(20);
    expect(trials.some(({ state }) => state === 'pruned')).toBe(true);
    expect(result.best.betas).toEqual(outcome!.betas);
    expect(result.best.betas).toEqual(trials.find(({ id }) => id === outcome!.trial)!.betas);
    expect(result.best.score).toBe(trials.find(({ id }) => id === outcome!.trial)!.score);
    expect([...(await loadSchedule(join(result.study, 'best.json')))]).toEqual(result.best.betas);
    const tensor = readPyTorch(readFileSync(join(result.study, 'best.pt')), 'best.pt') as Tensor;
    expect(tensor.shape).toEqual([6]);
    expect(tensor.toFloat32()).toEqual(Float32Array.from(result.best.betas));
    expect(result.presets.map(({ name }: { name: string }) => name)).toEqual(
      trials.slice(0, 5).map(({ origin }) => origin),
    );
    expect(result.presets[0].score).toBe(trials[0]!.score);
    expect(result.nfe).toBeGreaterThan(114);
    expect(result.nfe).toBeLessThanOrEqual(120);
    const report = readFileSync(result.report, 'utf8');
    for (const beta of result.best.betas) expect(report).toContain(String(beta));
  });

  test('says of a finished study that it is finished, and gives its result again', async () => {
    const { status, stdout, stderr } = await run([...SMALL, '--jobs', '1', '--json']);
    expect(stderr).toContain('This study is finished');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).nfe).toBeGreaterThan(114);
  });

  test('with a larger budget goes on, and when that was stopped goes on again', async () => {
    const args = [...TINY, '--study', 'raised', '--jobs', '2', '--budget'];
    expect((await run([...args, '60'])).status).toBe(0);
    const more = [...args, '120'];
    const done = linesOf('raised');
    const stopped = await run(more, async (child) => {
      await journalLines('raised', done + 3);
      child.kill('SIGINT');
    });
    expect(stopped.status).toBe(130);
    const { status, stderr } = await run(more);
    expect(stderr).not.toContain('finished');
    expect(status).toBe(0);
    expect(trialsWithoutSeconds('raised')).toEqual(trialsWithoutSeconds(join('experiments', 'search-6-checkpoint')));
  });

  test('says that its budget ended before the strategy was reached', async () => {
    const { status, stdout } = await run([...TINY, '--study', 'short', '--budget', '24']);
    expect(status).toBe(0);
    expect(stdout).toContain(
      'The budget of 24 NFE ended with the schedules that are known: a larger --budget goes on, with ',
    );
  });

  test('with a smaller budget gives the result that a larger one found', async () => {
    const { status, stdout, stderr } = await run([...TINY, '--budget', '60', '--json']);
    expect(stderr).toContain('This study is finished');
    expect(JSON.parse(stdout).nfe).toBeGreaterThan(114);
    expect(status).toBe(0);
  });

  test('ends quietly, and finishes its work, when nobody reads its messages any more', async () => {
    const { status, signal } = await run([...TINY, '--study', 'unread', '--budget', '60'], async (child) => {
      child.stderr!.destroy();
      child.stdout!.destroy();
    });
    expect([status, signal]).toEqual([0, null]);
    expect(existsSync(join(folder, 'unread', 'best.json'))).toBe(true);
  });

  test('refuses a study that was made with another seed, and names it', async () => {
    const { status, stderr } = await run([...SMALL, '--seed', '3']);
    expect(stderr).toMatch(/this study was made with seed 0, but now it is 3; use --fresh or another --study/);
    expect(status).toBe(1);
  });

  test('begins another study beside it with --fresh', async () => {
    const { status } = await run([...TINY, '--budget', '60', '--seed', '3', '--fresh', '--quiet']);
    expect(status).toBe(0);
    expect(existsSync(join(folder, 'experiments', 'search-6-checkpoint-2', 'best.json'))).toBe(true);
  });

  test('with 1 and with 4 workers gives the same trials with the same scores, bit for bit', async () => {
    const plan = await planSearch({
      steps: 6,
      model: MODEL,
      clipCount: 2,
      clipSeconds: 0.1,
      budget: 120,
      strategy: 'auto',
      stride: 1,
      replicates: 1,
      race: true,
      metric: 'log-mel-l1',
      clamp: 'x0',
      precision: 'float64',
      seed: 0,
      device: 'cpu',
      version: '0.0.0',
    });
    const study = await openStudy(join(folder, 'four'), plan.settings, {}, 0);
    const { pool } = await openSearchPool(plan, 4);
    const { strategy, baselines } = plan;
    const result = await search({ study, strategy, baselines, pool });
    await pool.close();
    expect(trialsWithoutSeconds('four')).toEqual(trialsWithoutSeconds(join('experiments', 'search-6-checkpoint')));
    const { outcome } = await readStudy(join(folder, 'experiments', 'search-6-checkpoint'));
    expect({ ...result!.outcome, seconds: 0 }).toEqual({ ...outcome, seconds: 0 });
  });

  test('killed with SIGKILL in the middle and run again, gives the same trials', async () => {
    const args = [...SMALL, '--study', 'killed', '--jobs', '2'];
    const killed = await run(args, async (child) => {
      await journalLines('killed', 8);
      child.kill('SIGKILL');
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(existsSync(join(folder, 'killed', 'best.json'))).toBe(false);
    const { status, stderr } = await run(args);
    expect(stderr).toMatch(/Going on: \d+ evaluations are done already/);
    expect(status).toBe(0);
    expect(trialsWithoutSeconds('killed')).toEqual(trialsWithoutSeconds(join('experiments', 'search-6-checkpoint')));
  });

  test('stops at Ctrl-C with exit 130 and a command that goes on, which does', async () => {
    const args = [...SMALL, '--study', 'stopped', '--jobs', '2'];
    const stopped = await run(args, async (child) => {
      await journalLines('stopped', 6);
      child.kill('SIGINT');
    });
    const again = [...SMALL, '--jobs', '2', '--study', join(folder, 'stopped')].join(' ');
    expect(stopped.stderr).toContain(`To go on: schedule-search ${again} --resume`);
    expect(stopped.status).toBe(130);
    const { status } = await run([...args, '--resume']);
    expect(status).toBe(0);
    expect(trialsWithoutSeconds('stopped')).toEqual(trialsWithoutSeconds(join('experiments', 'search-6-checkpoint')));
  });

  test.each([
    [
      ['--iters', '0'],
      2,
      '--iters must be a whole number of steps, at least 1, a list (4,6,8) or a range (4-12), got 0',
    ],
    [['--iters', 'six'], 2, 'a list (4,6,8) or a range (4-12), got six'],
    [['--strategy', 'luck'], 2, 'Argument: strategy, Given: "luck"'],
    [['--iters', '6', '--iters', '8'], 2, '--iters was given more than once'],
    [['--nonsense'], 2, 'Unknown argument: nonsense'],
    [['--study', '--jobs', '1'], 2, 'Not enough arguments following: study'],
    [['--budget', '6', '--replicates', '2'], 2, '--budget must be a whole number of at least 12, got 6'],
    [['--iters', '30', '--strategy', 'presets'], 1, 'presets: there is no published schedule of 30 steps to try'],
    [['--range', '2', '1'], 2, '--range must be two rising numbers, got 2 1'],
    [['--resume', '--study', 'nowhere'], 1, 'nowhere: there is no study to resume here (no study.json)'],
    [
      ['--model', 'nowhere.pt', '--config', MODEL.replace('checkpoint.pt', 'config.json')],
      1,
      'nowhere.pt: expected a model folder or a checkpoint, but there is nothing',
    ],
    [['--clips', 'nowhere'], 1, 'nowhere: there is no such folder, filelist or audio file'],
    [['--clip-seconds', '5'], 1, '6 clips of 5 s were expected, got 0 of 6 files'],
  ])('%j ends with exit %i and one sentence', async (args, code, sentence) => {
    const { status, stderr } = await run(args);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
    expect(status).toBe(code);
  });

  const canary = () => join(folder, 'canary');
  const CONFIG = MODEL.replace('checkpoint.pt', 'config.json');
  const huge = new Uint8Array(16).fill(0x7b);
  new DataView(huge.buffer).setBigUint64(0, 2n ** 63n, true);
  const wav = writeWav(new Float32Array(22050), 22050, 'pcm16');
  // The data chunk's size, at byte 40, says a gigabyte.
  new DataView(wav.buffer, wav.byteOffset).setUint32(40, 2 ** 30, true);

  test.each([
    ['cut.pt', '--model', readFileSync(MODEL).subarray(0, 100_000)],
    ['song.pt', '--model', Buffer.from('RIFF....WAVEfmt ')],
    ['huge.safetensors', '--model', huge],
    ['evil.pt', '--model', undefined],
    ['lying.wav', '--clips', wav],
  ])('refuses %s in one sentence that names it, executes nothing, and exits 1', async (name, flag, bytes) => {
    const path = join(folder, name);
    writeFileSync(path, bytes ?? torchFile(`\x80\x02cos\nsystem\n(X${pickledText(`touch ${canary()}`)}tR.`));
    const { status, stderr, stdout } = await run([
      flag,
      path,
      '--config',
      CONFIG,
      '--clip-count',
      '1',
      '--study',
      `of-${name}`,
    ]);
    const sentences = stderr.split('\n').filter((line) => line.startsWith('schedule-search: '));
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toContain(name);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(status).toBe(1);
    expect(existsSync(canary())).toBe(false);
    expect(existsSync(join(folder, `of-${name}`))).toBe(false);
  });
});
