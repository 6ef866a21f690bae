import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { recordingsOf } from '../../src/training/filelists.ts';
import { noiseWav, recordingFolder } from './recordings.ts';

const { folder, file } = recordingFolder();
const a = file('speech/a.wav', noiseWav(1));
const b = file('speech/b.wav', noiseWav(2));
const list = file('lists/train.txt', '../speech/b.wav\n../speech/a.wav\n');
const rooted = file('lists/rooted.txt', 'b.wav\na.wav\n');

test('a filelist gives its lines in their order, relative to itself or to a root', async () => {
  expect(await recordingsOf(list, '--train', folder)).toEqual([b, a]);
  await expect(recordingsOf(list, '--train', undefined)).rejects.toThrow("lies outside the list's own folder");
  expect(await recordingsOf(rooted, '--train', join(folder, 'speech'))).toEqual([b, a]);
});

test('a folder gives its recordings, and a recording itself', async () => {
  expect(await recordingsOf(join(folder, 'speech'), '--train', undefined)).toEqual([a, b]);
  expect(await recordingsOf(a, '--train', undefined)).toEqual([a]);
});

test('what is not there is refused by what named it', async () => {
  const missing = join(folder, 'none.txt');
  await expect(recordingsOf(missing, 'config.json: train_filelist_path', undefined)).rejects.toThrow(
    new InputError(`config.json: train_filelist_path: expected a filelist or a folder, but there is no ${missing}`),
  );
  await expect(recordingsOf(rooted, '--train', undefined)).rejects.toThrow(InputError);
});
