import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { type CorpusOptions, readCorpus } from '../../src/training/corpus.ts';
import { readClip } from '../../src/training/read-clip.ts';
import { fixture } from '../audio/bytes.ts';
import { noise } from '../audio/signals.ts';
import { nanWav, noiseWav, recordingFolder } from './recordings.ts';

const { folder, file } = recordingFolder();
const OPTIONS: CorpusOptions = { sampleRate: 22050, resample: false, jobs: 2 };

/** Recordings of 1000, 1001, … samples. */
const paths = Array.from({ length: 12 }, (_, i) => file(`${i}.wav`, noiseWav(i, { length: 1000 + i })));

describe('readCorpus', () => {
  test.each([1, 2, 3])('gives the recordings in their order, in shared memory, with %d threads', async (jobs) => {
    const clips = await readCorpus(paths, { ...OPTIONS, jobs });
    expect(clips).toEqual(
      paths.map((path, i) => ({
        path,
        length: 1000 + i,
        samples: noise(1000 + i, 0.5, i),
        sampleRate: 22050,
        channels: 1,
      })),
    );
    expect(clips!.every(({ samples }) => samples!.buffer instanceof SharedArrayBuffer)).toBe(true);
  });

  test('resamples where asked, and says what the files were', async () => {
    const stereo = file('stereo.ogg', fixture('stereo-44100.ogg'));
    const [clip] = (await readCorpus([stereo], { ...OPTIONS, resample: true }))!;
    expect(clip).toMatchObject({ sampleRate: 44100, channels: 2, length: 2205 });
    expect(clip!.samples).toEqual(await readClip(stereo, { sampleRate: 22050, resample: true }));
  });

  test('reads a path once that occurs twice', async () => {
    const progress: [number, number][] = [];
    const onProgress = (done: number, total: number) => progress.push([done, total]);
    const [first, second, third] = (await readCorpus([paths[3]!, paths[1]!, paths[3]!], { ...OPTIONS, onProgress }))!;
    expect([first!.length, second!.length]).toEqual([1003, 1001]);
    expect(third).toBe(first);
    expect(progress).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  test('keeps no more bytes than it may, and the lengths of all', async () => {
    // Two of the twelve recordings of 4,000 and some bytes each.
    const clips = (await readCorpus(paths, { ...OPTIONS, keepBytes: 9000 }))!;
    expect(clips.map(({ length }) => length)).toEqual(paths.map((_, i) => 1000 + i));
    const kept = clips.filter(({ samples }) => samples !== undefined);
    expect(kept).toHaveLength(2);
    for (const { path, samples } of kept) expect(samples).toEqual(await readClip(path, OPTIONS));
    expect((await readCorpus(paths, { ...OPTIONS, keepBytes: 0 }))!.some(({ samples }) => samples)).toBe(false);
  });

  test('gives nothing for nothing', async () => {
    expect(await readCorpus([], OPTIONS)).toEqual([]);
  });

  test('ends where it is cancelled', async () => {
    let asked = 0;
    let done = 0;
    const options = { ...OPTIONS, onProgress: () => done++, isCancelled: () => ++asked > 4 };
    expect(await readCorpus(paths, options)).toBeUndefined();
    expect(done).toBe(4);
    // What was refused until then is not said either.
    expect(await readCorpus([file('bad.wav', 'RIFF')], { ...OPTIONS, isCancelled: () => true })).toBeUndefined();
  });
});

describe('readCorpus refuses', () => {
  const refusal = async (list: readonly string[], options = OPTIONS): Promise<string> => {
    const error = await readCorpus(list, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  };

  test('a wrong rate, naming the file and what takes it', async () => {
    const other = file('other.wav', noiseWav(1, { sampleRate: 16000 }));
    expect(await refusal([...paths, other])).toBe(
      `${other}: expected 22050 Hz, got 16000 Hz; --resample takes other rates`,
    );
  });

  test('all that are wrong in one sentence, the first by name and in their order', async () => {
    const bad = [
      file('nan.wav', nanWav()),
      file('silent.wav', noiseWav(1, { amplitude: 1e-5 })),
      join(folder, 'missing.wav'),
      file('cut.wav', 'RIFF'),
      file('empty.wav', ''),
    ];
    expect(await refusal([paths[0]!, ...bad, paths[1]!], { ...OPTIONS, resample: true })).toBe(
      // 20 · log10(1e-5), which noise of 3,000 samples comes near to.
      `${bad[0]}: expected finite samples, got NaN at sample 1; ` +
        `${bad[1]}: expected sound, got silence (a peak of -100.0 dBFS); ` +
        `${bad[2]}: the recording cannot be read: there is no such file; and 2 more`,
    );
  });

  test('a list that is wrong throughout after a hundred files', async () => {
    const wrong = Array.from({ length: 150 }, (_, i) =>
      file(`wrong/${i}.wav`, noiseWav(i, { length: 9, sampleRate: 8000 })),
    );
    let done = 0;
    const message = await refusal(wrong, { ...OPTIONS, onProgress: () => done++ });
    expect(message).toMatch(/; and at least 97 more; --resample takes other rates$/);
    expect(message.startsWith(`${wrong[0]}: expected 22050 Hz, got 8000 Hz; ${wrong[1]}: `)).toBe(true);
    // The other thread may have had one more in hand.
    expect(done).toBeGreaterThanOrEqual(100);
    expect(done).toBeLessThanOrEqual(101);
  });
});
