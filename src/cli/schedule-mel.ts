#!/usr/bin/env node
import { join } from 'node:path';
import type { Options } from 'yargs';
import type { Recording } from '../audio/audio.ts';
import { InputError } from '../formats/input-error.ts';
import { shownText } from '../formats/shown-text.ts';
import type { DataConfig } from '../model/config.ts';
import { DEMO } from '../model/demo.ts';
import { runCommand, UsageError } from './command.ts';
import { MEL_FORMATS, type MelJob, type MelJobs, planMelJobs, refuseToReplace } from './mel-jobs.ts';
import { ROOT_FLAG } from './root-flag.ts';

const FLAGS = {
  model: { type: 'string', describe: "The model's folder or checkpoint [default: the demo's]" },
  config: { type: 'string', describe: 'A config.json instead of a model' },
  ...ROOT_FLAG,
  out: {
    type: 'string',
    alias: 'o',
    describe: 'A folder, or a file for one recording [default: beside each recording]',
  },
  format: { choices: MEL_FORMATS, describe: "How mels are written [default: that of --out's ending, or pt]" },
  force: { type: 'boolean', default: false, describe: 'Replace files that are no mels, too' },
  resample: { type: 'boolean', default: false, describe: "Take recordings of other rates, at the model's" },
  check: { type: 'boolean', default: false, describe: 'Say what of existing mels does not fit the model' },
  audio: { type: 'string', describe: 'With --check, the recording of the one mel: its hop, scale and bands show' },
} as const satisfies Record<string, Options>;

interface Written extends MelJob {
  readonly nMels: number;
  readonly frames: number;
}

interface Checked {
  readonly mel: string;
  readonly nMels?: number;
  readonly frames?: number;
  /** What neither a recording nor the file itself could tell. */
  readonly unchecked?: readonly string[];
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

async function dataConfig(model: string | undefined, config: string | undefined): Promise<DataConfig> {
  if (model !== undefined && config !== undefined) throw new UsageError('--model and --config: one is enough');
  const { loadConfig, loadModelConfig } = await import('../model/load-config.ts');
  if (model === undefined) return (await loadConfig(config ?? join(DEMO, 'config.json'))).data_config;
  const { modelFiles } = await import('../model/model-files.ts');
  return (await loadModelConfig(await modelFiles(model))).data_config;
}

interface ReadRecording {
  /** At the model's rate. */
  readonly samples: Float32Array;
  /** What it was before. */
  readonly about: Recording;
}

async function readRecording(path: string, rate: number, resampled: boolean): Promise<ReadRecording> {
  const { readAudio } = await import('../audio/decode.ts');
  const { samples: read, sampleRate, channels } = await readAudio(path);
  if (sampleRate !== rate && !resampled) {
    throw new InputError(`${path}: expected ${rate} Hz, the model's rate, got ${sampleRate} Hz; --resample takes it`);
  }
  const { resample } = await import('../audio/resample.ts');
  const samples = await named(path, () => resample(read, sampleRate, rate));
  return { samples, about: { name: path, channels, sampleRate } };
}

/** Says on standard error which recordings were mixed down and which lack the upper band. */
async function remarkOn(recordings: readonly Recording[], rate: number): Promise<void> {
  const { recordingRemarks } = await import('../audio/audio.ts');
  for (const remark of recordingRemarks(recordings, rate)) process.stderr.write(`${remark}\n`);
}

/** Runs something whose errors do not know which file they are about. */
async function named<T>(path: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${path}: ${error.message}`, { cause: error });
  }
}

async function writeMels(
  { jobs, format }: MelJobs,
  config: DataConfig,
  { resample, quiet }: { resample: boolean; quiet: boolean },
): Promise<Written[]> {
  const { createMelFrontEnd } = await import('../audio/mel.ts');
  const { writeMel } = await import('../audio/mel-file.ts');
  const { writeWhole } = await import('../formats/write-whole.ts');
  const { createProgressLine } = await import('./progress.ts');
  const frontEnd = createMelFrontEnd(config);
  const progress = createProgressLine(quiet || jobs.length < 2);
  const written: Written[] = [];
  const recordings: Recording[] = [];
  try {
    for (const job of jobs) {
      progress.update({ done: written.length, total: jobs.length, text: `${written.length} of ${jobs.length} mels` });
      const { samples, about } = await readRecording(job.recording, config.sample_rate, resample);
      const mel = await named(job.recording, () => frontEnd.logMel(samples));
      await writeWhole(job.mel, writeMel(mel, format, config)).catch((error: Error) => {
        throw new InputError(`${job.mel}: the mel cannot be written here: ${error.message}`, { cause: error });
      });
      written.push({ ...job, nMels: mel.nMels, frames: mel.frames });
      recordings.push(about);
    }
  } finally {
    progress.stop();
  }
  if (!quiet) await remarkOn(recordings, config.sample_rate);
  return written;
}

/** The recording of the mel to check, which must be long enough for a frame. */
async function readChecked(path: string, config: DataConfig, resampled: boolean): Promise<ReadRecording> {
  const { createMelFrontEnd } = await import('../audio/mel.ts');
  const frontEnd = createMelFrontEnd(config);
  const recording = await readRecording(path, config.sample_rate, resampled);
  await named(path, () => frontEnd.frameCount(recording.samples.length));
  return recording;
}

async function check(path: string, config: DataConfig, recording?: Float32Array): Promise<Checked> {
  const { readInput } = await import('../formats/read-input.ts');
  const { readMel } = await import('../audio/mel-file.ts');
  const { checkMel } = await import('../audio/mel-check.ts');
  const { dataMismatch } = await import('../model/data-mismatch.ts');
  try {
    const { recordedConfig = {}, ...mel } = readMel(await readInput(path, 'the mel'), path);
    const found = [dataMismatch('the mel', recordedConfig, config), checkMel(mel, config, recording)];
    const [refusals, warnings] = [found.flatMap((each) => each.refusals), found.flatMap((each) => each.warnings)];
    const { hop_length, f_min, f_max } = recordedConfig;
    const unchecked = [
      ...(hop_length === undefined ? ['hop'] : []),
      ...(f_min === undefined || f_max === undefined ? ['mel range'] : []),
    ];
    const untold = recording === undefined && unchecked.length > 0 ? { unchecked } : {};
    return { mel: path, nMels: mel.nMels, frames: mel.frames, ...untold, refusals, warnings };
  } catch (error) {
    // One broken file does not keep the others from being checked.
    if (!(error instanceof InputError)) throw error;
    return { mel: path, refusals: [error.message.replace(`${shownText(path)}: `, '')], warnings: [] };
  }
}

function findings({ mel, nMels, frames, unchecked = [], refusals, warnings }: Checked): string[] {
  if (refusals.length + warnings.length === 0) {
    const shows = unchecked.length === 1 ? 'shows' : 'show';
    const untold = unchecked.length === 0 ? '' : ` (its ${unchecked.join(' and ')} ${shows} only with --audio)`;
    return [`${mel}: fits, ${nMels} bands, ${frames} frames${untold}`];
  }
  return [
    ...refusals.map((sentence) => `${mel}: refused: ${sentence}`),
    ...warnings.map((sentence) => `${mel}: warning: ${sentence}`),
  ];
}

function print(json: boolean, data: unknown, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${lines.join('\n')}\n`);
}

await runCommand(
  {
    name: 'schedule-mel',
    synopsis: 'AUDIO... | --check MEL...',
    describe:
      "Makes log10 mels of recordings as a model's front end does: files, folders, or filelists with a path a line. Prints what was " +
      'written. A file that is there is replaced if it is a mel, or with --force. With --check, says what of mels that others made does not fit the model: bands, hop, scale, normalisation, ' +
      'silence; exit 1 if the model cannot take one of them.',
    flags: FLAGS,
    examples: [
      ['schedule-mel speech.wav', 'writes speech.pt beside it'],
      ['schedule-mel recordings/ -o mels/ --resample', 'of a folder'],
      ['schedule-mel list.txt -o mels/ --format npy', 'of a filelist'],
      ['schedule-mel speech.wav --model model/ -o x.safetensors', 'with its settings inside'],
      ['schedule-mel --check speech.pt', 'what its numbers tell'],
      ['schedule-mel --check speech.pt --audio speech.wav', 'and what the recording tells'],
    ],
    async run({ model, config, out, format, root, force, resample, check: isCheck, audio, json, quiet }, positionals) {
      if (positionals.length === 0) {
        throw new UsageError(`${isCheck ? 'mels to check' : 'recordings'} were expected, got none`);
      }
      const writing = { out, format, force: force || undefined };
      const [given] = Object.entries(writing).find(([, value]) => value !== undefined) ?? [];
      if (isCheck && given !== undefined) {
        throw new UsageError(`--${given} does not go with --check, which writes nothing`);
      }
      if (audio !== undefined && !isCheck) throw new UsageError('--audio goes with --check');
      if (audio !== undefined && positionals.length > 1) {
        throw new UsageError(`--audio is the recording of one mel, got ${positionals.length} mels`);
      }
      const data = await dataConfig(model, config);
      if (!isCheck) {
        const planned = await planMelJobs(positionals, out, format, root);
        if (!quiet) for (const remark of planned.remarks) process.stderr.write(`${remark}\n`);
        if (!force) await refuseToReplace(planned.jobs);
        const written = await writeMels(planned, data, { resample, quiet });
        print(
          json,
          written,
          written.map(({ mel }) => mel),
        );
        return 0;
      }
      const recording = audio === undefined ? undefined : await readChecked(audio, data, resample);
      if (recording !== undefined && !quiet) await remarkOn([recording.about], data.sample_rate);
      const checked: Checked[] = [];
      for (const path of positionals) checked.push(await check(path, data, recording?.samples));
      print(json, checked, checked.flatMap(findings));
      return checked.some(({ refusals }) => refusals.length > 0) ? 1 : 0;
    },
  },
  process.argv.slice(2),
);
