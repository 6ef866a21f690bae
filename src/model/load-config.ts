import { parseJson } from '../formats/json.ts';
import { readInput } from '../formats/read-input.ts';
import { parseConfig, type WaveGradConfig } from './config.ts';

/** A config has a few kilobytes; a checkpoint given by mistake is not read to its end. */
const MOST_BYTES = 2 ** 20;

/** Reads and checks a config.json; throws an InputError with its path. */
export async function loadConfig(path: string): Promise<WaveGradConfig> {
  const text = new TextDecoder().decode(await readInput(path, 'the config', MOST_BYTES));
  return parseConfig(parseJson(text, path), path);
}
