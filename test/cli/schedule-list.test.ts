import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { underClamp } from '../../src/schedule/analysis/clamp.ts';
import { scheduleDistance } from '../../src/schedule/analysis/distance.ts';
import { inFloat32 } from '../../src/schedule/analysis/float32.ts';
import { analyseSteps } from '../../src/schedule/analysis/steps.ts';
import { diagnose } from '../../src/schedule/diagnostics.ts';
import { listPresets } from '../../src/schedule/file.ts';
import { NoiseSchedule, type ScheduleJson } from '../../src/schedule/noise-schedule.ts';
import { bestJson, heldout, SOURCE, writeModelFolder } from './found-schedule.ts';
import { sandbox } from './sandbox.ts';

const { at, shell, examples, loadedBy } = sandbox('schedule-list');
beforeEach(() => rmSync(at('experiments'), { recursive: true, force: true }));

/** Writes what a study found, below the temporary folder. */
function writeStudyFile(study: string, content: string): string {
  const best = join('experiments', study, 'best.json');
  mkdirSync(at('experiments', study), { recursive: true });
  writeFileSync(at(best), content);
  return best;
}

function presets(...names: string[]): NoiseSchedule[] {
  return names.map((name) => {
    const text = readFileSync(new URL(`../../schedules/${name}.json`, import.meta.url), 'utf8');
    const { betas, ...about } = JSON.parse(text) as ScheduleJson;
    return NoiseSchedule.fromBetas(betas, about);
  });
}

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
    const best = writeStudyFile('tuesday', bestJson());
    mkdirSync(at('experiments/unfinished'));
    const { stdout, stderr } = shell('schedule-list --steps 2');
    expect(stderr).toBe('');
    const [head, found, ...more] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/ held-out +source$/);
    // ℓ_2 = sqrt(0.9 · 0.8) = 0.8485; σ² = 1/9 and 7/18, half the logarithm of their ratio 3.5 is 0.6264.
    expect(found!.split(/ {2,}/)).toEqual([
      best,
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

  test('what a search of several numbers of steps found is listed by number of steps', () => {
    const alone = writeStudyFile('alone', bestJson());
    const several = ['10', '2'].map((steps) => writeStudyFile(join('several', steps), bestJson()));
    for (const steps of ['10', '2', '3']) {
      mkdirSync(at('experiments/several', steps), { recursive: true });
      writeFileSync(at('experiments/several', steps, 'study.json'), '{}');
    }
    const { stdout, stderr } = shell('schedule-list --steps 2');
    expect(stderr).toBe('');
    const paths = stdout.match(/^experiments\S+/gm);
    expect(paths).toEqual([alone, several[1], several[0]]);
  });

  test('a broken best.json is one line on standard error, and the rest is listed', () => {
    writeStudyFile('broken', '{"betas": [0.1,');
    const good = writeStudyFile('good', bestJson());
    const { status, stdout, stderr } = shell('schedule-list');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^schedule-list: skipped experiments\/broken\/best\.json: expected a schedule as JSON.*\n$/);
    expect(stdout).toContain('ivanvovk-6');
    expect(stdout).toContain(good);
    expect(shell('schedule-list --quiet').stderr).toBe('');
  });

  test('a found schedule whose provenance is of another version has no score, but is listed', () => {
    const best = writeStudyFile('later', '{"betas": [0.1, 0.2], "provenance": {"format": 99}}');
    const { stdout, stderr } = shell('schedule-list --steps 2');
    expect(stderr).toBe('');
    expect(stdout).toContain(best);
    expect(stdout).not.toContain('held-out');
  });

  test('another precision and another clamp add a column, or one sentence that they change nothing', () => {
    const lines = (flags: string) => shell(`schedule-list --steps 6 ${flags}`).stdout.trimEnd().split('\n');
    expect(lines('--precision float32 --clamp state')[0]).toMatch(/ f32 Δσ +cut +source$/);
    expect(lines('--precision float64 --clamp x0').slice(-2)).toEqual([
      'In float64 every σ is as listed, and the last step scales its result by 1.',
      'With x0 clamped the levels are as listed: that holds the estimate of the clean signal, not the state.',
    ]);
    expect(lines('--clamp none').at(-1)).toBe('With nothing clamped the levels are as listed.');
  });

  test('it loads neither an engine nor audio code', () => {
    const loaded = loadedBy('schedule-list');
    expect(loaded).toContain('/node_modules/cli-table3/');
    expect(loaded).not.toMatch(/\/node_modules\/(mathjs|onnxruntime-|@tensorflow|fft\.js|@alexanderolsen|piscina)/);
  });
});

describe('with arguments', () => {
  test('only those are listed, in their order: presets, files and lists of betas', () => {
    writeFileSync(at('mine.json'), '[0.1, 0.2]');
    const { stdout } = shell("schedule-list mine.json lmnt-6 '[0.1, 0.3]' --json");
    const listed = JSON.parse(stdout) as { name: string; path?: string; betas: number[] }[];
    expect(listed.map(({ name }) => name)).toEqual(['mine', 'lmnt-6', 'custom-2']);
    expect(listed[0]!.path).toMatch(/^\/.*\/mine\.json$/);
    expect(listed[1]).not.toHaveProperty('path');
    expect(listed[2]).not.toHaveProperty('path');
    expect(listed[2]!.betas).toEqual([0.1, 0.3]);
  });

  test('lists of as many betas are told apart, in the table, the steps, the distances and JSON', () => {
    const { stdout } = shell("schedule-list '[0.1, 0.2]' '[0.1, 0.3]' lmnt-6 '[0.2, 0.3]'");
    const [table, , first, second, , third, distances] = stdout.split('\n\n').map((part) => part.split('\n'));
    const names = ['custom-2', 'custom-2 (2)', 'lmnt-6', 'custom-2 (3)'];
    expect(table!.slice(1, 5).map((line) => line.split(/ {2,}/)[0])).toEqual(names);
    expect([first, second, third].map((lines) => lines![0])).toEqual(
      ['custom-2', 'custom-2 (2)', 'custom-2 (3)'].map((name) => `${name}, 2 steps`),
    );
    expect(distances!.slice(1, 5).map((line) => line.split(/ {2,}/)[0])).toEqual(
      names.map((name, i) => `${i + 1} ${name}`),
    );
    const listed = JSON.parse(shell("schedule-list '[0.1, 0.2]' '[0.1, 0.3]' --json").stdout) as {
      name: string;
      distances: { name: string }[];
    }[];
    expect(listed.map(({ name, distances: [other] }) => [name, other!.name])).toEqual([
      ['custom-2', 'custom-2 (2)'],
      ['custom-2 (2)', 'custom-2'],
    ]);
  });

  test('the nearest to a copy of a preset is that preset', () => {
    copyFileSync(new URL('../../schedules/lmnt-6.json', import.meta.url), at('copy.json'));
    const sentence = 'The nearest preset is lmnt-6: Δln σ is 0.0000 (RMS) and 0.0000 at most.\n';
    expect(shell('schedule-list copy.json').stdout).toContain(sentence);
    expect(shell('schedule-list lmnt-6').stdout).not.toContain(sentence);
  });

  test('a file may have the name of a list', () => {
    writeFileSync(at('[a].json'), '[0.1, 0.2]');
    const [only] = JSON.parse(shell("schedule-list '[a].json' --json").stdout) as object[];
    expect(only).toMatchObject({ name: '[a]', path: at('[a].json') });
  });

  test('a ladder follows, then the steps of each, then their distances', () => {
    const { status, stdout, stderr } = shell('schedule-list ivanvovk-6 lmnt-6');
    expect([status, stderr]).toEqual([0, '']);
    const [table, rungs, first, second, distances] = stdout.split('\n\n').map((part) => part.split('\n'));
    expect(table![1]).toMatch(/^ivanvovk-6 \[1\] /);
    const drawn = rungs!.find((line) => line.startsWith('lmnt-6'))!;
    expect(drawn.match(/│/g)).toHaveLength(6);
    // In a pipe a line of the ladder is that of an 80-character terminal.
    expect(Math.max(...rungs!.map((line) => line.length))).toBe(80);
    expect(first![0]).toBe('ivanvovk-6, 6 steps');
    expect(second).toHaveLength(8);
    // σ_1 = 1e-3 to four digits, 60 dB; the reference's steps are the same numbers in any order of arithmetic.
    expect(first![2]!.trim().split(/ {2,}/)).toEqual([
      '1',
      '1.000e-6',
      '0.9999995',
      '0.001000',
      '60.00',
      '∞',
      '0',
      '0.0 %',
    ]);
    const rms = scheduleDistance(...(presets('ivanvovk-6', 'lmnt-6') as [NoiseSchedule, NoiseSchedule])).rms.toFixed(4);
    expect(distances!.slice(1, 3)).toEqual([`1 ivanvovk-6       –  ${rms}`, `2 lmnt-6      ${rms}       –`]);
  });

  test('another precision and another clamp add columns and a sentence each', () => {
    const { stdout } = shell('schedule-list ivanvovk-1000 ivanvovk-6 --precision float32 --clamp state');
    const [table, , long, short] = stdout.split('\n\n').map((part) => part.split('\n'));
    expect(table![0]).toMatch(/ f32 gain +f32 Δσ +cut +source$/);
    expect(short![1]).toMatch(/ share +f32 σ +f32 Δσ +cut +gain +σ there$/);
    // Of pure noise of variance 1, 31.7 % lies beyond one standard deviation.
    expect(long!.at(-1)).toMatch(
      /^With the state clamped, up to 31\.7 % of the samples are cut \(step 999, speech at -23 dB\): .* It is meant for a sampler that clamps x0\.$/,
    );
    // sqrt(17 · 2^-24 / 1e-6) − 1 = 0.66 %.
    expect(short!.at(-2)).toBe(
      'In float32 σ moves by at most 0.66 % (step 1: 0.001000 becomes 0.001007), and the last step scales its result by 0.9869.',
    );
    expect(short!.at(-1)).toMatch(/^With the state clamped, less than 0\.1 % of the samples are cut at every level/);
  });

  test('a name that is no preset and a broken file are errors', () => {
    writeFileSync(at('wrong.json'), '[1.5]');
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
    const best = writeStudyFile('tuesday', bestJson());
    const [found, ...more] = JSON.parse(shell('schedule-list --steps 2 --json').stdout) as Record<string, unknown>[];
    expect(more).toEqual([]);
    const { path: absolute, ...rest } = found!;
    const about = { name: 'random-3', source: SOURCE, clamp: 'state' as const };
    const schedule = NoiseSchedule.fromBetas([0.1, 0.2], about);
    expect(rest).toEqual({ ...about, betas: [0.1, 0.2], diagnostics: diagnose(schedule), heldout });
    expect(absolute).toMatch(new RegExp(`^/.*/${best}$`));
  });

  test('of schedules given has their steps and distances, and what is asked for', () => {
    const command = 'schedule-list ivanvovk-6 lmnt-6 --json --precision float32 --clamp state';
    const listed = JSON.parse(shell(command).stdout) as Record<string, unknown>[];
    const [first, second] = presets('ivanvovk-6', 'lmnt-6');
    expect(listed[0]).toEqual(
      JSON.parse(
        JSON.stringify({
          ...first!.toJSON(),
          diagnostics: diagnose(first!),
          float32: inFloat32(first!),
          underClamp: { clamp: 'state', levels: underClamp(first!, 'state') },
          analysis: analyseSteps(first!),
          distances: [{ name: 'lmnt-6', ...scheduleDistance(first!, second!) }],
        }),
      ),
    );
    const [alone] = JSON.parse(shell('schedule-list fastdiff-6 --json').stdout) as Record<string, unknown>[];
    expect(alone).toMatchObject({ nearestPreset: { name: 'lmnt-6' } });
    expect(alone).not.toHaveProperty('float32');
    expect(alone).not.toHaveProperty('underClamp');
  });

  test('is an empty array where --steps leaves none', () => {
    expect(shell('schedule-list --steps 9 --json')).toMatchObject({ status: 0, stdout: '[]\n', stderr: '' });
  });
});

test.each([
  ['--plot=', '--plot must be the name of a file, got nothing'],
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
  const commands = examples();
  expect(commands).toHaveLength(9);
  writeModelFolder(at('folder'));
  for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
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
