import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { loadClips } from '../../src/search/clips.ts';
import { fixture } from '../audio/bytes.ts';
import { noise, sine } from '../audio/signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'clips-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const OPTIONS = { sampleRate: 22050, hopSamples: 300, seconds: 0.08, count: 1, seed: 1 };

describe('loadClips', () => {
  test('takes the middle of a recording, in whole hops', async () => {
    const samples = noise(6000);
    const set = await loadClips(file('noise.wav', writeWav(samples, 22050, 'float32')), OPTIONS);
    // 0.08 s are 1764 samples, five hops.
    expect(set.clips.map(({ name }) => name)).toEqual(['noise']);
    expect(set.clips[0]!.samples).toEqual(samples.slice(2250, 3750));
    expect(set.files).toEqual(new Set([join(folder, 'noise.wav')]));
    expect(set.remarks).toEqual([]);
  });

  test('takes every kind of file, and says which were mixed down and which lack the upper band', async () => {
    file('tone.ogg', fixture('mono-22050.ogg'));
    file('left.mp3', fixture('stereo-44100-vbr.mp3'));
    file('right.ogg', fixture('stereo-44100.ogg'));
    file('phone.wav', writeWav(sine(440, 8000, 1600), 8000, 'pcm16'));
    const list = file('list.txt', 'tone.ogg\nleft.mp3|a tone\nright.ogg\nphone.wav\n');
    const { clips, remarks } = await loadClips(list, { ...OPTIONS, count: 4 });
    expect(clips.map(({ name, samples }) => [name, samples.length])).toEqual([
      ['tone', 1500],
      ['left', 1500],
      ['right', 1500],
      ['phone', 1500],
    ]);
    expect(remarks).toEqual([
      '2 files have 2 channels, mixed down to one (left.mp3, right.ogg)',
      'phone.wav is at 8000 Hz and the model at 22050 Hz: nothing above 4000 Hz is there',
    ]);
  });

  test('remarks on nothing that it does not take', async () => {
    file('a.wav', writeWav(sine(440, 8000, 160), 8000, 'pcm16'));
    file('b.wav', writeWav(new Float32Array(6000), 16000, 'pcm16'));
    file('c.wav', writeWav(noise(6000), 22050, 'pcm16'));
    const { clips, remarks } = await loadClips(file('some.txt', 'a.wav\nb.wav\nc.wav'), { ...OPTIONS, seed: 3 });
    expect(clips.map(({ name }) => name)).toEqual(['c']);
    expect(remarks).toEqual([]);
  });

  test('says why too few remain', async () => {
    const list = file('few.txt', 'short.wav\nsilent.wav\n');
    file('short.wav', writeWav(noise(441), 22050, 'pcm16'));
    file('silent.wav', writeWav(new Float32Array(6000), 22050, 'pcm16'));
    await expect(loadClips(list, { ...OPTIONS, count: 2 })).rejects.toThrow(
      new InputError(
        `${list}: 2 clips of 0.08 s were expected, got 0 of 2 files (short.wav lasts 0.02 s, silent.wav is silent in the middle); --clip-count and --clip-seconds ask for less`,
      ),
    );
  });

  test('takes each file once, however often a list names it', async () => {
    file('one.wav', writeWav(noise(6000), 22050, 'pcm16'));
    file('two.wav', writeWav(noise(6000, 0.5, 2), 22050, 'pcm16'));
    const list = file('twice.txt', 'one.wav\none.wav\ntwo.wav\none.wav\n');
    const { clips } = await loadClips(list, { ...OPTIONS, count: 2 });
    expect(clips.map(({ name }) => name)).toEqual(['one', 'two']);
    await expect(loadClips(list, { ...OPTIONS, count: 3 })).rejects.toThrow('got 2 of 2 files; ');
  });

  test('passes over a file with the same sound as another one', async () => {
    file('original.wav', writeWav(noise(6000), 22050, 'pcm16'));
    file('copy.wav', writeWav(noise(6000), 22050, 'pcm16'));
    const list = file('copies.txt', 'original.wav\ncopy.wav\n');
    expect((await loadClips(list, OPTIONS)).clips).toHaveLength(1);
    await expect(loadClips(list, { ...OPTIONS, count: 2 })).rejects.toThrow(
      'got 1 of 2 files (copy.wav is the same recording as original); ',
    );
  });

  test('says at once how many files there are, and how many fit, where others are wanted from the same source', async () => {
    for (let i = 0; i < 5; i++) file(`${i}.wav`, writeWav(noise(6000, 0.5, i + 1), 22050, 'pcm16'));
    file('brief.wav', writeWav(noise(441), 22050, 'pcm16'));
    const both = 'of 0.08 s to score on and as many others to verify on were expected, got';
    const list = (name: string, lines: readonly string[]) => file(name, lines.map((line) => `${line}.wav\n`).join(''));
    const refusal = (source: string, sentence: string, options: object) =>
      expect(loadClips(source, { ...OPTIONS, ...options })).rejects.toThrow(new InputError(`${source}: ${sentence}`));

    const five = list('five.txt', ['0', '1', '2', '3', '4']);
    const sentence = (count: number) =>
      `${count} clips ${both} 5 usable files; --clip-count 2 fits, or --heldout names others`;
    await refusal(five, sentence(6), { count: 6, othersWanted: true });
    const { files } = await loadClips(five, { ...OPTIONS, count: 3, othersWanted: true });
    await refusal(five, sentence(3), { count: 3, except: files });

    await refusal(
      list('single.txt', ['0', 'brief']),
      `2 clips ${both} 1 usable file (brief.wav lasts 0.02 s); --clip-count 1 fits where --heldout names others`,
      { count: 2, othersWanted: true },
    );
    await refusal(
      list('none.txt', ['brief']),
      `1 clip ${both} 0 usable files (brief.wav lasts 0.02 s); --clip-seconds asks for less`,
      { othersWanted: true },
    );
  });

  test('remarks on files of other kinds in a folder', async () => {
    mkdirSync(join(folder, 'kinds'));
    file('kinds/a.m4a', '');
    file('kinds/x.opus', '');
    file('kinds/noise.wav', writeWav(noise(6000), 22050, 'pcm16'));
    const { remarks } = await loadClips(join(folder, 'kinds'), OPTIONS);
    expect(remarks).toEqual(['2 files of other kinds were passed over (a.m4a, x.opus)']);
  });
});
