import { stat } from 'node:fs/promises';
import { InputError } from '../formats/input-error.ts';
import { parseJson } from '../formats/json.ts';
import { readInput } from '../formats/read-input.ts';
import { parseConfig, type WaveGradConfig } from './config.ts';
import type { ModelFiles } from './model-files.ts';

/** A config has a few kilobytes; a checkpoint given by mistake is not read to its end. */
const MOST_BYTES = 2 ** 20;

/** Reads and checks a config.json; throws an InputError with its path. */
export async function loadConfig(path: string): Promise<WaveGradConfig> {
  const text = new TextDecoder().decode(await readInput(path, 'the config', MOST_BYTES));
  return parseConfig(parseJson(text, path), path);
}

/**
 * Reads and checks the config of a model.
 *
 * @param path default: config.json beside the checkpoint
 * @throws InputError that says what to do where there is none beside it, and otherwise as `loadConfig` does
 */
export async function loadModelConfig({ checkpoint, config }: ModelFiles, path?: string): Promise<WaveGradConfig> {
  if (path === undefined && (await stat(config).catch(() => undefined)) === undefined) {
    throw new InputError(
      `${checkpoint}: expected the config.json of its training beside it, but there is none; --config says where it is`,
    );
  }
  return loadConfig(path ?? config);
}
