import { spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { relative } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readFilelist } from '../../src/audio/filelist.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { sine } from '../audio/signals.ts';
import { nanWav, noiseWav } from '../training/recordings.ts';
import { sandbox } from './sandbox.ts';

const { at, shell, examples, loadedBy } = sandbox('schedule-prepare');

/** Twelve recordings of 0.2 to 0.42 s. */
beforeEach(() => {
  rmSync(at(), { recursive: true, force: true });
  mkdirSync(at('recordings/more'), { recursive: true });
  for (let i = 0; i < 12; i++) {
    const name = i < 8 ? `recordings/${i}.wav` : `recordings/more/${i}.wav`;
    writeFileSync(at(name), noiseWav(i + 1, { length: 4410 + 441 * i }));
  }
});

const lines = (list: string) => readFileSync(at(list), 'utf8').trimEnd().split('\n');
const failed = (line: string) => {
  const { status, stdout, stderr } = shell(line);
  expect([status, stdout]).toEqual([1, '']);
  return stderr;
};

describe('lists are made', () => {
  test('of a folder, whole and with paths from there, and what comes next is said', async () => {
    const { status, stdout, stderr } = shell('schedule-prepare recordings');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^\d+ of 12 recordings, … left\n$/);
    expect(readdirSync(at('filelists'))).toEqual(['test.txt', 'train.txt']);
    const [train, tested] = await Promise.all(
      ['train', 'test'].map((name) => readFilelist(at(`filelists/${name}.txt`), { root: at('recordings') })),
    );
    // A tenth of twelve.
    expect(tested).toHaveLength(1);
    expect([...train!, ...tested!].map((path) => relative(at(), path)).toSorted()).toEqual(
      Array.from({ length: 12 }, (_, i) => `recordings/${i < 8 ? '' : 'more/'}${i}.wav`).toSorted(),
    );
    expect(lines('filelists/test.txt')[0]).toMatch(/^(more\/)?\d+\.wav$/);
    expect(stdout).toMatch(
      /\n\nWhat comes next:\n {2}schedule-train --init --train filelists\/train\.txt --test filelists\/test\.txt --root recordings -o config\.json\n {2}schedule-train -c config\.json --root recordings\n$/,
    );
  });

  test('the same ones by the same seed, others by another', () => {
    for (const [out, seed] of [
      ['a', 0],
      ['b', 0],
      ['c', 1],
      ['d', 2],
      ['e', 3],
    ] as const) {
      shell(`schedule-prepare recordings -o ${out} --test 4 --seed ${seed} --quiet`);
    }
    expect(lines('b/test.txt')).toEqual(lines('a/test.txt'));
    const others = ['c', 'd', 'e'].map((out) => lines(`${out}/test.txt`).join());
    expect(others.some((list) => list !== lines('a/test.txt').join())).toBe(true);
  });

  test('with a share to test on, absolute paths and the name that the reference has', async () => {
    shell('schedule-prepare recordings/ -o lists/ --test 0.25 --absolute');
    expect(readdirSync(at('lists'))).toEqual(['test.txt', 'train.txt']);
    expect(lines('lists/test.txt')).toHaveLength(3);
    expect(lines('lists/test.txt')).toEqual(await readFilelist(at('lists/test.txt'), { root: at('recordings') }));
  });

  test('of a filelist', () => {
    writeFileSync(at('some.txt'), 'recordings/1.wav\nrecordings/3.wav|text\n');
    expect(shell('schedule-prepare some.txt -o lists').status).toBe(0);
    expect([...lines('lists/train.txt'), ...lines('lists/test.txt')].toSorted()).toEqual(['1.wav', '3.wav']);
  });

  test('where they lie below the lists, with paths from there that need no root', async () => {
    const { stdout } = shell('schedule-prepare recordings -o .');
    expect(stdout).toMatch(/schedule-train --init --train train\.txt --test test\.txt -o config\.json\n/);
    expect(stdout).not.toContain('--root');
    expect(lines('test.txt')[0]).toMatch(/^recordings\//);
    expect(await readFilelist(at('train.txt'))).toHaveLength(11);
  });

  test('of links to elsewhere, with a root that both lie below', async () => {
    mkdirSync(at('linked'));
    for (const i of [0, 1, 2]) symlinkSync(at(`recordings/${i}.wav`), at(`linked/${i}.wav`));
    const { next, root } = JSON.parse(shell('schedule-prepare linked -o lists --json --quiet').stdout);
    expect(root).toBe(at());
    expect(next[1]).toBe('schedule-train -c config.json --root .');
    expect(await readFilelist(at('lists/train.txt'), { root })).toHaveLength(2);
  });

  test('of a list that names files elsewhere, where its root is said', () => {
    mkdirSync(at('all'));
    writeFileSync(at('all/all.txt'), 'recordings/0.wav\nrecordings/1.wav\n');
    writeFileSync(at('all/out.txt'), '../recordings/0.wav\n');
    expect(shell('schedule-prepare all/all.txt -o lists --root .').status).toBe(0);
    expect(failed('schedule-prepare all/out.txt -o lists')).toBe(
      "schedule-prepare: all/out.txt: line 1: ../recordings/0.wav lies outside the list's own folder; --root DIR takes paths from DIR and allows the files below it\n",
    );
  });

  test('for paths that a shell would take apart', () => {
    const { stdout } = shell('schedule-prepare recordings -o "it\'s here"');
    expect(stdout).toContain("--train 'it'\\''s here/train.txt' --test 'it'\\''s here/test.txt' ");
  });

  test('and nothing is said beside the result with --quiet', () => {
    writeFileSync(at('recordings/a.m4a'), '');
    expect(shell('schedule-prepare recordings --quiet').stderr).toBe('');
    expect(shell('schedule-prepare recordings').stderr).toMatch(/^1 file of another kind was passed over \(a\.m4a\)\n/);
  });
});

describe('what is printed', () => {
  beforeEach(() => {
    rmSync(at('recordings'), { recursive: true });
    mkdirSync(at('recordings'));
    // Whole periods of 50 samples: RMS a / √2, and a peak of cos(π / 50) · a between two samples.
    const tone = (seconds: number, amplitude: number) =>
      writeWav(sine(441, 22050, 22050 * seconds, amplitude), 22050, 'float32');
    writeFileSync(at('recordings/a.wav'), tone(1, 0.1));
    writeFileSync(at('recordings/b.wav'), tone(2, 0.2));
    writeFileSync(at('recordings/c.wav'), tone(4, 1.5));
    writeFileSync(at('recordings/d.wav'), tone(1, 0.1));
    writeFileSync(at('recordings/e.wav'), new Uint8Array(0));
    writeFileSync(at('recordings/f.wav'), nanWav());
    writeFileSync(at('recordings/g.wav'), noiseWav(1, { sampleRate: 8000 }));
    writeFileSync(at('recordings/h.wav'), writeWav(new Float32Array(100), 22050, 'pcm16'));
    writeFileSync(at('recordings/i.wav'), tone(10, 0.1));
  });

  test('lengths and levels of both lists, and what was left out and why', () => {
    const { stdout } = shell('schedule-prepare recordings --max-seconds 9');
    const [table, found, leftOut] = stdout.split('\n\n').map((part) => part.split('\n'));
    expect(table![0]!.split(/ {2,}/)).toEqual(
      'list,recordings,minutes,shortest,median,longest,RMS,quietest,loudest,peak'.split(','),
    );
    // One of three is tested on; the RMS of a tone in dBFS, and its peak of cos(π / 50) or -0.017 dB of the amplitude.
    const tones: Record<string, string> = {
      a: '0.0 1.00 s 1.00 s 1.00 s -23.0 -23.0 -23.0 -20.0 dBFS',
      b: '0.0 2.00 s 2.00 s 2.00 s -17.0 -17.0 -17.0 -14.0 dBFS',
      c: '0.1 4.00 s 4.00 s 4.00 s 0.5 0.5 0.5 3.5 dBFS',
    };
    const [, tested] = lines('filelists/test.txt')[0]!.match(/(.)\.wav$/)!;
    expect(table!.slice(1).map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      ['filelists/train.txt', '2'],
      ['filelists/test.txt', '1'],
    ]);
    expect(table![2]!.split(/ +/).slice(2).join(' ')).toBe(tones[tested!]);
    expect(found).toEqual([
      'Sample rates: 22050 Hz (5), 8000 Hz (1)',
      'Channels: 1 (3)',
      'Beyond full scale, where samplers clamp: 1 recording (c.wav)',
    ]);
    expect(leftOut).toEqual([
      'Left out: 6 recordings',
      '  1 unreadable',
      '    recordings/e.wav: expected a WAV, FLAC, Ogg Vorbis or MP3 file, got an empty file',
      '  1 not finite',
      '    recordings/f.wav: expected finite samples, got NaN at sample 1',
      '  1 silent',
      '    recordings/h.wav: expected sound, got silence (zeros alone)',
      '  1 the same as another',
      `    recordings/d.wav: expected another sound, got that of ${at('recordings/a.wav')}`,
      '  1 of another rate',
      '    recordings/g.wav: expected 22050 Hz, as most recordings have, got 8000 Hz',
      '  1 too long',
      '    recordings/i.wav: expected at most 9 s, got 10.00 s',
    ]);
  });

  test('--json has all of it', () => {
    const {
      train,
      test: tested,
      ...rest
    } = JSON.parse(shell('schedule-prepare recordings --max-seconds 9 --json').stdout);
    expect(rest).toMatchObject({
      sampleRate: 22050,
      rates: [
        { sampleRate: 22050, recordings: 5 },
        { sampleRate: 8000, recordings: 1 },
      ],
      channels: [{ channels: 1, recordings: 3 }],
      next: [expect.stringMatching(/^schedule-train --init /), 'schedule-train -c config.json --root recordings'],
    });
    expect(rest.leftOut).toHaveLength(6);
    expect(rest.leftOut[1]).toEqual({
      path: at('recordings/f.wav'),
      why: 'not finite',
      message: 'expected finite samples, got NaN at sample 1',
    });
    expect([train.path, tested.path]).toEqual(['filelists/train.txt', 'filelists/test.txt']);
    expect([train.recordings, tested.recordings, train.seconds + tested.seconds]).toEqual([2, 1, 7]);
    // The longest is the loudest one.
    const loudest = [train, tested].find(({ longest }) => longest === 4);
    expect(loudest.loudestDbfs).toBeCloseTo(20 * Math.log10(1.5 / Math.SQRT2), 4);
    expect(loudest.peakDbfs).toBeCloseTo(20 * Math.log10(1.5 * Math.cos(Math.PI / 50)), 4);
  });

  test('no more than five of a kind are named', () => {
    for (let i = 0; i < 7; i++) writeFileSync(at(`recordings/x${i}.wav`), 'RIFF');
    const { stdout } = shell('schedule-prepare recordings --max-seconds 9');
    expect(stdout).toContain('\n  8 unreadable\n    recordings/e.wav: ');
    expect(stdout).toMatch(/ {4}recordings\/x3\.wav: .*\n {4}and 3 more, which --json lists\n {2}1 /);
  });

  test('a name cannot steer the terminal', () => {
    writeFileSync(at('recordings/\u001b[31mred.wav'), 'RIFF');
    const { stdout } = shell('schedule-prepare recordings --max-seconds 9');
    expect(stdout).toContain('    recordings/ [31mred.wav: expected');
    expect(stdout).not.toContain('\u001b');
  });

  test('colours are for those who take them', () => {
    expect(shell('FORCE_COLOR=1 schedule-prepare recordings --quiet').stdout).toContain('\u001b[1mlist\u001b[22m');
  });
});

describe('lists that are there', () => {
  test('and are the same stay, others are only replaced with --force', () => {
    shell('schedule-prepare recordings --quiet');
    const before = lines('filelists/test.txt');
    const again = shell('schedule-prepare recordings');
    expect([again.status, again.stderr]).toEqual([
      0,
      expect.stringContaining('The lists were there already, just so.\n'),
    ]);
    expect(failed('schedule-prepare recordings --test 5 --quiet')).toBe(
      'schedule-prepare: filelists/test.txt: expected no file or the same list, got another one; --force replaces it\n',
    );
    expect(lines('filelists/test.txt')).toEqual(before);
    expect(shell('schedule-prepare recordings --test 5 --force').status).toBe(0);
    expect([lines('filelists/test.txt').length, lines('filelists/train.txt').length]).toEqual([5, 7]);
  });
});

describe('an error that says what to do, and no list, where', () => {
  const expected = 'expected at least 2 usable recordings, 1 to test on and the others to train on';

  test.each([
    ['--rate 8000', `${expected}, got 0 of 12 (12 of another rate); --rate takes another one (22050 Hz)`],
    ['--min-seconds 0.41', `${expected}, got 1 of 12 (11 too short); --min-seconds takes shorter ones; the first is /`],
    [
      '--test 12',
      'expected at least 13 usable recordings, 12 to test on and the others to train on, got 12 of 12; --test 11 fits\n',
    ],
  ])('nothing is left: %s', (args, sentence) => {
    expect(failed(`schedule-prepare recordings --quiet ${args}`)).toContain(
      `schedule-prepare: recordings: ${sentence}`,
    );
    expect(existsSync(at('filelists'))).toBe(false);
  });

  test('there is nothing', () => {
    mkdirSync(at('bare'));
    expect(failed('schedule-prepare bare')).toBe(
      'schedule-prepare: bare: WAV, FLAC, Ogg Vorbis or MP3 files were expected in this folder, got none\n',
    );
    expect(failed('schedule-prepare none')).toBe(
      'schedule-prepare: none: there is no such folder, filelist or audio file\n',
    );
  });

  test('a file is in the way of the folder', () => {
    writeFileSync(at('lists'), '');
    expect(failed('schedule-prepare recordings -o lists --quiet')).toMatch(
      /^schedule-prepare: lists: filelists cannot be written here: .*\n$/,
    );
  });
});

test('Ctrl-C ends it with exit 130, and nothing is written', async () => {
  const first = at('recordings/0.wav');
  for (let i = 0; i < 5000; i++) linkSync(first, at(`recordings/more/link-${i}.wav`));
  const script = `${at('..')}/bin/schedule-prepare`;
  const child = spawn(script, ['recordings'], { cwd: at() });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    // The first recording has been read.
    if (stderr === '') child.kill('SIGINT');
    stderr += chunk;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect(stderr).toMatch(/\nStopping after the recordings in hand; .*\nStopped; nothing was written\.\n$/);
  expect([status, existsSync(at('filelists'))]).toEqual([130, false]);
});

test.each([
  ['', 'one folder of recordings was expected, got none'],
  ['recordings more', 'one folder of recordings was expected, got recordings more'],
  ['recordings --test 0', '--test must be a whole number of recordings, or a share between 0 and 1, got 0'],
  ['recordings --test 1.5', '--test must be a whole number of recordings, or a share between 0 and 1, got 1.5'],
  ['recordings --test few', '--test must be a number, got few'],
  ['recordings --seed -1', '--seed must be a whole number of at least 0, got -1'],
  ['recordings --rate 0', '--rate must be a whole number of at least 1, got 0'],
  ['recordings --min-seconds=-1', '--min-seconds must be 0 or more, got -1'],
  ['recordings --min-seconds 2 --max-seconds 2', '--max-seconds must be above 2, got 2'],
  ['recordings -o ""', '--out must be the name of a folder, got nothing'],
])('%s is used wrongly: exit 2', (args, sentence) => {
  expect(shell(`schedule-prepare ${args}`)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `schedule-prepare: ${sentence}\nTry schedule-prepare --help.\n`,
  });
});

test('every example of --help runs', () => {
  // Long enough for the one that leaves short ones out.
  for (let i = 0; i < 3; i++) writeFileSync(at(`recordings/long-${i}.wav`), noiseWav(100 + i, { length: 23000 }));
  writeFileSync(at('all.txt'), 'recordings/0.wav\nrecordings/1.wav\nrecordings/2.wav\n');
  const commands = examples();
  expect(commands).toHaveLength(5);
  for (const example of commands) {
    const { status, stderr } = shell(example);
    expect([example, status, stderr.includes('schedule-prepare:')]).toEqual([example, 0, false]);
  }
});

test('it loads no engine and no model', () => {
  const loaded = loadedBy('schedule-prepare recordings');
  expect(loaded).toContain('/node_modules/piscina/');
  expect(loaded).not.toMatch(/\/node_modules\/(mathjs|onnxruntime-|protobufjs|fft\.js)/);
});
