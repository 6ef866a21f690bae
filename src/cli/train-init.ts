import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Writable } from 'node:stream';
import { readAudio } from '../audio/decode.ts';
import { listAudio } from '../audio/filelist.ts';
import { InputError } from '../formats/input-error.ts';
import { writeWhole } from '../formats/write-whole.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { grouped } from '../report/numbers.ts';
import { defaultHop } from '../training/hops.ts';
import { HIGHEST_RATE, LOWEST_RATE, MODEL_SIZES, type ModelSize, newConfig } from '../training/new-config.ts';
import { parameterCount } from '../training/parameters.ts';
import { plain } from './plain-text.ts';
import { type AnswerStream, createQuestions } from './questions.ts';
import { quoted } from './quoted.ts';
import { rootArgument } from './root-flag.ts';

/** Of recordings that are not there yet: the reference's. */
const USUAL_RATE = 22_050;

/** What the command line says of a new config; what it leaves out is asked for, or has a default. */
export interface InitFlags {
  /** The file to write. */
  readonly out: string;
  /** Default small. */
  readonly size?: ModelSize;
  /** In Hz; default: that of the first recording of the training, else 22,050. */
  readonly sampleRate?: number;
  /** In samples; default: by the sample rate, 12.5 to 13.6 milliseconds. */
  readonly hop?: number;
  /** Filelists; default: filelists/train.txt and filelists/test.txt. */
  readonly train?: string;
  readonly test?: string;
  /** Where relative paths of the lists start, and below which their files must lie; default: each list's own folder. */
  readonly root?: string;
  /** Where the training is kept; default: logs/ and the size and rate. */
  readonly logdir?: string;
  /** Replace a file that is there. */
  readonly force: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

export interface InitStreams {
  /** Answers are read from it where it and `messages` are terminals. */
  readonly input: AnswerStream;
  /** Takes the result. */
  readonly output: Writable;
  /** Takes questions and remarks. */
  readonly messages: Writable & { readonly isTTY?: boolean };
}

/**
 * Writes a config.json to train with, and prints how large its network is and the command that trains it. On a terminal, and without
 * `quiet` and `json`, what the flags leave out is asked for.
 *
 * @throws {InputError} where `out` is there and not to be replaced, where `newConfig` throws, or where the answers end early; nothing
 * is written then
 */
export async function initConfig(flags: InitFlags, { input, output, messages }: InitStreams): Promise<void> {
  const { out, quiet, json } = flags;
  await refuseExisting(flags);
  // What is wrong already is said before anything is asked.
  if (flags.sampleRate !== undefined) newConfig({ size: 'tiny', sampleRate: flags.sampleRate, hop: flags.hop });
  const say = (remark: string): void => {
    if (!quiet) messages.write(`${plain(remark)}\n`);
  };
  const isAsked = input.isTTY === true && messages.isTTY === true && !quiet && !json;
  const questions = isAsked ? createQuestions(input, messages) : undefined;
  let config: WaveGradConfig;
  try {
    config = await wantedConfig(flags, questions?.ask ?? (async (_, fallback) => fallback), say);
  } finally {
    questions?.close();
  }
  await refuseExisting(flags);
  await writeWhole(out, `${withListsInLines(JSON.stringify(config, null, 2))}\n`);

  const parameters = parameterCount(config);
  const command = `schedule-train -c ${quoted(out)}${rootArgument(flags.root)}`;
  if (json) {
    output.write(`${JSON.stringify({ out, parameterCount: parameters, command, config }, null, 2)}\n`);
    return;
  }
  const { sample_rate: rate, hop_length: hop } = config.data_config;
  const lines = [
    `${grouped(parameters)} parameters, ${rate} Hz, hop ${hop} = ${config.model_config.factors.join(' · ')}.`,
    `Written to ${out}.`,
    `It is trained by ${command}`,
  ];
  output.write(`${lines.map(plain).join('\n')}\n`);
}

type Ask = ReturnType<typeof createQuestions>['ask'];

/** The config that the flags, the answers and the defaults make. */
async function wantedConfig(flags: InitFlags, ask: Ask, say: (remark: string) => void): Promise<WaveGradConfig> {
  const train = flags.train ?? (await ask('Filelist to train on', 'filelists/train.txt', String));
  const test = flags.test ?? (await ask('Filelist to test on', 'filelists/test.txt', String));
  const { recording, remark } = await firstRecording(train, flags.root);
  if (remark !== undefined) say(remark);

  const size = flags.size ?? (await ask(`Size, ${MODEL_SIZES.join(', ')}`, 'small', parseSize));
  const usual = Math.min(Math.max(recording?.sampleRate ?? USUAL_RATE, LOWEST_RATE), HIGHEST_RATE);
  const make = (sampleRate: number, hop = flags.hop) =>
    newConfig({ size, sampleRate, hop, train, test, logdir: flags.logdir });
  const sampleRate = flags.sampleRate ?? (await ask('Sample rate in Hz', usual, (text) => parseNumber(text, make)));
  const hop =
    flags.hop ??
    (await ask('Hop in samples', defaultHop(sampleRate), (text) =>
      parseNumber(text, (samples) => make(sampleRate, samples)),
    ));
  if (recording !== undefined && recording.sampleRate !== sampleRate) {
    say(
      `${recording.name} is at ${recording.sampleRate} Hz and the config at ${sampleRate} Hz: training then takes --resample`,
    );
  }
  return make(sampleRate, hop);
}

/** A number that `check`, which throws for others, takes. */
function parseNumber(text: string, check: (value: number) => unknown): number {
  const value = Number(text);
  if (Number.isNaN(value)) throw new InputError(`a number was expected, got ${text}`);
  check(value);
  return value;
}

function parseSize(text: string): ModelSize {
  const size = MODEL_SIZES.find((name) => name === text);
  if (size === undefined) throw new InputError(`size: expected ${MODEL_SIZES.join(', ')}, got ${text}`);
  return size;
}

/** The rate of the first recording that is trained on; where it cannot be had, a sentence that says why. */
async function firstRecording(
  train: string,
  root: string | undefined,
): Promise<{
  readonly recording?: { readonly name: string; readonly sampleRate: number };
  readonly remark?: string;
}> {
  if ((await stat(train).catch(() => undefined)) === undefined) {
    return { remark: `${train}: there is no such filelist yet; schedule-prepare makes one of a folder of recordings` };
  }
  try {
    const [path] = (await listAudio(train, { root })) as [string, ...string[]];
    const { sampleRate } = await readAudio(path);
    return { recording: { name: basename(path), sampleRate } };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { remark: error.message };
  }
}

async function refuseExisting({ out, force }: InitFlags): Promise<void> {
  const info = await stat(out).catch(() => undefined);
  if (info?.isDirectory()) throw new InputError(`${out}: expected a file to write, got a folder`);
  if (info !== undefined && !force) {
    throw new InputError(`${out}: expected the name of a new file, but there is one; --force replaces it`);
  }
}

/** Lists of numbers on one line each, as in the reference's file. A string in JSON holds no line break, so none is touched. */
function withListsInLines(json: string): string {
  return json.replaceAll(/\[\n[^[\]{}"]*\]/g, (list) =>
    list.replaceAll(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
}
