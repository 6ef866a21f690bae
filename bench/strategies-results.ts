/** The file of results that bench/strategies.ts writes: JSON lines, the first of what was measured, each other of one search. */
import { appendFile } from 'node:fs/promises';
import { z } from 'zod';
import { InputError } from '../src/formats/input-error.ts';
import { checkData, numberOrNull, parseJson } from '../src/formats/json.ts';
import { readIfThere } from '../src/formats/read-input.ts';
import { writeWhole } from '../src/formats/write-whole.ts';

const hashes = z.array(z.string());

const setup = z.strictObject({
  steps: z.int().positive(),
  metric: z.string(),
  clamp: z.string(),
  precision: z.string(),
  /** Whether candidates raced. */
  race: z.boolean(),
  /** Hash of the checkpoint, and of what of its config matters. */
  checkpoint: z.string(),
  config: z.string(),
  sampleRate: z.int().positive(),
  /** Samples of each clip. */
  clipSamples: z.int().positive(),
  /** Hashes of the crops. */
  scoringClips: hashes,
  heldoutClips: hashes,
  /** Draws of noise that held-out clips are heard with. */
  heldoutDraws: z.int().positive(),
});

const reading = z.strictObject({
  nfe: z.number(),
  /** Trials until then, of any state. */
  trials: z.int(),
  betas: z.array(z.number()),
  /** On the scoring clips, with the draws of noise that the search heard it with. */
  score: z.number(),
  /** Distance of each held-out clip, the mean over draws of noise; NaN where it blew up. */
  heldout: z.array(numberOrNull),
});

const result = z.strictObject({
  strategy: z.string(),
  seed: z.int(),
  /** NFE that the search was given. */
  budget: z.number(),
  /** NFE that it spent. */
  nfe: z.number(),
  trials: z.int(),
  /** NFE and score, wherever the best so far changed: it rises where one that was heard with more draws of noise takes the lead. */
  curve: z.array(z.tuple([z.number(), z.number()])),
  /** NFE and mean over held-out clips of the best so far, at numbers of NFE that are evenly spread in their logarithm. */
  heldoutCurve: z.array(z.tuple([z.number(), numberOrNull])),
  readings: z.array(reading),
});

/** What was measured: only results of the same can be compared. */
export type Setup = z.infer<typeof setup>;
/** One search, read off at some numbers of NFE. */
export type Result = z.infer<typeof result>;

export interface Results {
  readonly setup: Setup;
  readonly results: readonly Result[];
}

/**
 * Reads a file of results, or begins one; a torn last line, of a measurement that was stopped while it was written, is removed.
 *
 * @throws {InputError} if the file is of something else, and says what differs
 */
export async function openResults(path: string, wanted: Setup): Promise<readonly Result[]> {
  const text = (await readIfThere(path)) ?? '';
  const wholeLines = text.slice(0, text.lastIndexOf('\n') + 1);
  if (wholeLines === '') {
    await writeWhole(path, `${JSON.stringify(wanted)}\n`);
    return [];
  }
  const known = parseResults(wholeLines, path);
  for (const key of Object.keys(wanted) as (keyof Setup)[]) {
    const [was, is] = [JSON.stringify(known.setup[key]), JSON.stringify(wanted[key])];
    if (was !== is)
      throw new InputError(`${path}: these results were measured with ${key} ${was}, but now it is ${is}`);
  }
  if (wholeLines !== text) await writeWhole(path, wholeLines);
  return known.results;
}

/** Adds what a search came to. */
export function addResult(path: string, one: Result): Promise<void> {
  return appendFile(path, `${JSON.stringify(one)}\n`);
}

/** @throws {InputError} if there is no such file, or one of its lines does not fit */
export async function readResults(path: string): Promise<Results> {
  const text = await readIfThere(path);
  if (text === undefined)
    throw new InputError(`${path}: results of bench/strategies.ts were expected, but there is no such file`);
  return parseResults(text.slice(0, text.lastIndexOf('\n') + 1), path);
}

function parseResults(wholeLines: string, path: string): Results {
  const [first = '', ...rest] = wholeLines.trimEnd().split('\n');
  const at = (i: number) => `${path}: line ${i + 1}`;
  return {
    setup: checkData(parseJson(first, at(0)), setup, at(0)),
    results: rest.map((line, i) => checkData(parseJson(line, at(i + 1)), result, at(i + 1))),
  };
}
