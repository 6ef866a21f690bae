import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeWav } from '../../src/audio/wav.ts';
import { tinyClip, tinyTrainingConfig } from '../training/tiny-plan.ts';

const TINY = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));

/** Writes a recording: a tone with some noise, another one for each number. */
export function writeTinyClip(path: string, number: number, sampleRate = 22_050): void {
  writeFileSync(path, writeWav(tinyClip(number).samples!, sampleRate, 'float32'));
}

/** Writes a config.json with fields of its training set otherwise than in `tinyTrainingConfig`. */
export function writeTinyConfig(path: string, fields: Record<string, unknown> = {}): void {
  const lists = { train_filelist_path: 'train', test_filelist_path: 'test', logdir: 'run' };
  writeFileSync(path, JSON.stringify(tinyTrainingConfig({ ...lists, ...fields })));
}

/**
 * What a training of the tiny network takes, in a folder: `train` with four recordings, so that an epoch has two steps, `test` with two,
 * `config.json`, and `model` with trained weights.
 */
export function writeTrainFolder(at: (...path: string[]) => string, fields: Record<string, unknown> = {}): void {
  for (const folder of ['train', 'test', 'model']) mkdirSync(at(folder));
  for (const number of [1, 2, 3, 4]) writeTinyClip(at('train', `${number}.wav`), number);
  for (const number of [5, 6]) writeTinyClip(at('test', `${number}.wav`), number);
  for (const name of ['checkpoint.pt', 'config.json']) cpSync(`${TINY}/${name}`, at('model', name));
  writeTinyConfig(at('config.json'), fields);
}
