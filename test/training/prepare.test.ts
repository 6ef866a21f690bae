import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { type PrepareOptions, prepareRecordings } from '../../src/training/prepare.ts';
import { fixture } from '../audio/bytes.ts';
import { noise } from '../audio/signals.ts';
import { nanWav, noiseWav, recordingFolder } from './recordings.ts';

const { folder, file } = recordingFolder();
const OPTIONS: PrepareOptions = { source: 'speech', seed: 0, jobs: 2 };

/** Recordings of a tenth of a second and more, at 22,050 Hz. */
const paths = Array.from({ length: 10 }, (_, i) => file(`${i}.wav`, noiseWav(i + 1, { length: 2205 + i })));

describe('prepareRecordings', () => {
  test('says what each recording is', async () => {
    const stereo = file('stereo.flac', fixture('stereo-16.flac'));
    const { train, tested, sampleRate, rates, leftOut } = (await prepareRecordings([...paths, stereo], OPTIONS))!;
    expect([sampleRate, rates, leftOut]).toEqual([22050, [[22050, 11]], []]);
    expect(tested).toHaveLength(1);
    const all = [...train, ...tested];
    expect(all.map(({ path }) => path).toSorted()).toEqual([...paths, stereo].toSorted());
    const samples = noise(2208, 0.5, 4);
    expect(all.find(({ path }) => path === paths[3])).toEqual({
      path: paths[3],
      sampleRate: 22050,
      channels: 1,
      length: 2208,
      peak: Math.max(...samples.map(Math.abs)),
      rms: expect.closeTo(Math.hypot(...samples) / Math.sqrt(2208), 7),
      hash: createHash('sha256').update(new Uint8Array(samples.buffer)).digest('hex'),
    });
    expect(all.find(({ path }) => path === stereo)).toMatchObject({ channels: 2, sampleRate: 22050 });
  });

  test.each([1, 3])('gives the same with %d threads', async (jobs) => {
    expect(await prepareRecordings(paths, { ...OPTIONS, jobs })).toEqual(await prepareRecordings(paths, OPTIONS));
  });

  test('leaves out what cannot be used, each by name with the reason', async () => {
    const bad = {
      silent: file('silent.wav', writeWav(new Float32Array(2205), 22050, 'pcm16')),
      nan: file('nan.wav', nanWav()),
      text: file('text.wav', 'hello'),
      phone: file('phone.wav', noiseWav(1, { length: 800, sampleRate: 8000 })),
      // Another file of the same integers.
      double: file('double.flac', fixture('stereo-16.flac')),
      gone: join(folder, 'gone.wav'),
    };
    const stereo = file('a-stereo.wav', fixture('stereo-16.wav'));
    const { train, tested, leftOut } = (await prepareRecordings([stereo, ...paths, ...Object.values(bad)], OPTIONS))!;
    expect(train.length + tested.length).toBe(11);
    expect(leftOut.map(({ path, why }) => [path, why])).toEqual([
      [bad.silent, 'silent'],
      [bad.nan, 'not finite'],
      [bad.text, 'unreadable'],
      [bad.gone, 'unreadable'],
      [bad.phone, 'rate'],
      [bad.double, 'duplicate'],
    ]);
    expect(leftOut.at(-1)!.message).toBe(`expected another sound, got that of ${stereo}`);
  });

  test('looks once at a path that is named twice, which is no other recording', async () => {
    let total = 0;
    const onProgress = (_: number, all: number) => {
      total = all;
    };
    const { leftOut } = (await prepareRecordings([...paths, ...paths], { ...OPTIONS, onProgress }))!;
    expect([total, leftOut]).toEqual([10, []]);
  });

  test('ends where it is cancelled', async () => {
    let asked = 0;
    expect(await prepareRecordings(paths, { ...OPTIONS, isCancelled: () => ++asked > 3 })).toBeUndefined();
  });
});

describe('prepareRecordings refuses, saying why and what to do, where', () => {
  const refusal = async (list: readonly string[], options: Partial<PrepareOptions> = {}): Promise<string> => {
    const error = await prepareRecordings(list, { ...OPTIONS, ...options }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  };
  const expected = 'speech: expected at least 2 usable recordings, 1 to test on and the others to train on';

  test('nothing can be read', async () => {
    const list = [
      file('x.wav', 'RIFF'),
      file('y.wav', ''),
      file('z.wav', writeWav(new Float32Array(9), 8000, 'pcm16')),
    ];
    expect(await refusal(list)).toBe(
      `${expected}, got 0 of 3 (2 unreadable, 1 silent); ffmpeg -i FILE FILE.wav makes readable files of most others; ` +
        `the first is ${list[0]}: expected a RIFF WAVE file, but it does not start like one`,
    );
  });

  test('there is one recording', async () => {
    expect(await refusal(paths.slice(0, 1))).toBe(`${expected}, got 1 of 1; more are needed`);
  });

  test('as many are to be tested on as there are', async () => {
    expect(await refusal(paths, { tested: { kind: 'count', count: 10 } })).toBe(
      'speech: expected at least 11 usable recordings, 10 to test on and the others to train on, got 10 of 10; --test 9 fits',
    );
  });

  test('none has the rate', async () => {
    expect(await refusal(paths, { rate: 44100 })).toBe(
      `${expected}, got 0 of 10 (10 of another rate); --rate takes another one (22050 Hz)`,
    );
  });

  test('none has the length', async () => {
    expect(await refusal(paths, { minSeconds: 1 })).toBe(
      `${expected}, got 0 of 10 (10 too short); --min-seconds takes shorter ones; the first is ${paths[0]}: expected at least 1 s, got 0.10 s`,
    );
    expect(await refusal(paths, { maxSeconds: 0.01 })).toContain('(10 too long); --max-seconds takes longer ones;');
  });

  test('all sound the same', async () => {
    const same = ['s1.wav', 's2.wav', 's3.wav'].map((name) => file(name, noiseWav(77)));
    expect(await refusal(same)).toContain('got 1 of 3 (2 the same as another); others are needed; the first is ');
  });
});
