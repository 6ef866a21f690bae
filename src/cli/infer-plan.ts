import { dirname, join } from 'node:path';
import type { InferredOptionTypes } from 'yargs';
import { recordingRemarks } from '../audio/audio.ts';
import type { Precision } from '../diffusion/process.ts';
import { trainedRangeToWarnBy } from '../diffusion/trained-range.ts';
import { readNoise } from '../inference/noise-file.ts';
import { type CheckedSource, checkSource, type Source } from '../inference/source.ts';
import type { InferenceTask } from '../inference/worker.ts';
import type { DataConfig, WaveGradConfig } from '../model/config.ts';
import { DEMO } from '../model/demo.ts';
import { loadModelConfig } from '../model/load-config.ts';
import { modelFiles } from '../model/model-files.ts';
import { startEngine } from '../model/start-engine.ts';
import { modelScheduleNames } from '../schedule/model-schedules.ts';
import type { Clamp, NoiseSchedule } from '../schedule/noise-schedule.ts';
import { UsageError, wholeNumber } from './command.ts';
import { type Contender, contenders } from './compare-schedules.ts';
import { fitRemarks } from './fit-remarks.ts';
import type { INFER_FLAGS } from './infer-flags.ts';
import { audioSources, type FoundSources, idOf, melSources, refuseSameId } from './infer-sources.ts';
import { checkWritable } from './writable-folder.ts';

export type InferArguments = InferredOptionTypes<typeof INFER_FLAGS>;

/** A file to be made. */
interface PlannedTask extends InferenceTask {
  readonly frames: number;
}

/** What is to be made, checked as far as it can be without the network. */
export interface InferPlan {
  readonly checkpointPath: string;
  readonly configPath: string;
  readonly config: WaveGradConfig;
  readonly schedule: NoiseSchedule;
  readonly clamp: Clamp;
  readonly precision: Precision;
  readonly seed: number;
  readonly tasks: readonly PlannedTask[];
  /** The page that is to be written. Default: none is. */
  readonly report?: string;
  /** What a user should know before, one sentence each. */
  readonly remarks: readonly string[];
}

/** So many files are on the page. */
const MOST_SHOWN = 8;

/** Where what is made of the demo's clips goes, rather than beside them. */
const DEMO_OUT = 'predicted';

interface PlanHooks {
  /** Told how many sources are read and checked. */
  readonly onChecked: (done: number, total: number) => void;
  readonly isCancelled: () => boolean;
}

/**
 * Reads and checks all that a run needs, so that what is wrong is said before anything is made.
 *
 * @returns undefined where it was cancelled
 * @throws UsageError where the options do not go together; InputError where something cannot be read or does not fit the model
 */
export async function planInference(args: InferArguments, hooks: PlanHooks): Promise<InferPlan | undefined> {
  const { mel_filelist: mels, audio, checkpoint_path: model } = args;
  if (mels !== undefined && audio !== undefined) throw new UsageError('--mel_filelist and --audio: one is enough');
  if (mels === undefined && audio === undefined && model !== undefined) {
    throw new UsageError('-m must say what to make speech of, or --audio');
  }
  const seed = wholeNumber('seed', args.seed, 0);
  await startEngine(args.engine);
  const files = await modelFiles(model ?? DEMO);
  const config = await loadModelConfig(files, args.config);
  const configPath = args.config ?? files.config;
  const found = await scheduleOf(args, files.folder);
  const { schedule } = found;
  const clamp = args.clamp ?? schedule.clamp;
  const precision = args.precision ?? found.study?.precision ?? 'float64';
  const { trained, remark } = trainedRangeToWarnBy(config, configPath);
  const settings = { clamp, precision, data: config.data_config };
  const ofSchedule = fitRemarks(found, { trained, settings }, 'run');

  const { sources, remarks } = await sourcesOf(mels, audio, args.root);
  refuseSameId(sources);
  const folders = sources.map(({ path }) => folderOf(args, path));
  const report = args.report ?? (args.states ? join(folders[0]!, 'predicted.html') : undefined);
  const written = report === undefined ? folders : [...folders, dirname(report)];
  for (const folder of new Set(written)) await checkWritable(folder);
  const checked = await checkAll(sources, config.data_config, hooks);
  if (checked === undefined) return undefined;
  await checkNoise(args.noise, checked, schedule.length, config.data_config);
  const tasks = sources.map((source, i): PlannedTask => {
    const name = join(folders[i]!, `predicted_${idOf(source.path)}`);
    const states = args.states ? `${name}_states` : undefined;
    const isShown = report !== undefined && i < MOST_SHOWN;
    return { source, wav: `${name}.wav`, states, noise: args.noise, isShown, frames: checked[i]!.frames };
  });
  return {
    checkpointPath: files.checkpoint,
    configPath,
    config,
    schedule,
    clamp,
    precision,
    seed,
    tasks,
    report,
    remarks: [
      ...remarks,
      ...(remark === undefined ? [] : [remark]),
      ...ofSchedule,
      ...checked.flatMap(({ warnings }, i) => warnings.map((sentence) => `${sources[i]!.path}: ${sentence}`)),
      ...recordingRemarks(
        checked.flatMap(({ recording }) => recording ?? []),
        config.data_config.sample_rate,
      ),
    ],
  };
}

/** The schedule that is named, or the only one that the model has. */
async function scheduleOf(
  { noise_schedule_path: text, iters }: InferArguments,
  modelFolder: string,
): Promise<Contender> {
  const steps = iters === undefined ? undefined : wholeNumber('iters', iters, 1);
  const own = text === undefined ? await modelScheduleNames(modelFolder) : [];
  if (text === undefined && own.length !== 1) {
    const has = own.length === 0 ? 'the model has none of its own' : `the model has ${own.join(', ')}`;
    throw new UsageError(`-ns must name a schedule (${has}; schedule-list shows the presets)`);
  }
  const [found] = await contenders([text ?? own[0]!], { steps, modelFolder });
  return found!;
}

async function sourcesOf(
  mels: string | undefined,
  audio: string | undefined,
  root: string | undefined,
): Promise<FoundSources> {
  if (mels !== undefined) return melSources(mels, { root });
  return audioSources(audio ?? join(DEMO, 'clips', 'heldout'), { root });
}

function folderOf({ out, mel_filelist: mels, audio }: InferArguments, path: string): string {
  return out ?? (mels === undefined && audio === undefined ? DEMO_OUT : dirname(path));
}

async function checkAll(
  sources: readonly Source[],
  data: DataConfig,
  { onChecked, isCancelled }: PlanHooks,
): Promise<CheckedSource[] | undefined> {
  const checked: CheckedSource[] = [];
  for (const source of sources) {
    if (isCancelled()) return undefined;
    onChecked(checked.length, sources.length);
    checked.push(await checkSource(source, data));
  }
  return checked;
}

async function checkNoise(
  path: string | undefined,
  checked: readonly CheckedSource[],
  steps: number,
  { hop_length: hop }: DataConfig,
): Promise<void> {
  if (path === undefined) return;
  if (checked.length > 1) throw new UsageError(`--noise is that of one mel, got ${checked.length} mels`);
  await readNoise(path, { steps, samples: checked[0]!.frames * hop });
}
