import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readInput } from '../formats/read-input.ts';
import { readWeights } from '../model/checkpoint.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { DEMO } from '../model/demo.ts';
import { loadConfig } from '../model/load-config.ts';
import { modelFiles } from '../model/model-files.ts';
import { buildWaveGrad } from '../model/wavegrad.ts';
import { stepsPerEpoch } from '../training/batches.ts';
import { readCorpus } from '../training/corpus.ts';
import { recordingsOf } from '../training/filelists.ts';
import type { TrainingPlan } from '../training/plan.ts';
import { openRun } from '../training/run-folder.ts';
import { parseTraining } from '../training/training-config.ts';
import { wholeNumber } from './command.ts';
import { parseDevices, planWorkers } from './train-devices.ts';

/** What the command line says of a training, as yargs gives it. */
export interface TrainArguments {
  readonly config?: string;
  readonly logdir?: string;
  readonly train?: string;
  readonly test?: string;
  readonly root?: string;
  readonly resample: boolean;
  readonly from?: string;
  readonly fresh: boolean;
  readonly jobs?: number;
  readonly threads?: number;
  readonly device: string;
  readonly steps?: number;
  readonly minutes?: number;
  readonly 'test-every'?: number;
  readonly 'checkpoint-minutes': number;
}

interface PlanHooks {
  readonly say: (text: string) => void;
  /** Recordings that are read. */
  readonly onReading: (done: number, total: number) => void;
  readonly isCancelled: () => boolean;
}

/** A batch is made in a small part of the time of a step, so one worker feeds several that train. */
const JOBS_A_FEEDER = 4;

/**
 * Reads all that a training needs, and checks it before anything is written; undefined where cancelled.
 *
 * @throws UsageError and InputError in one sentence
 */
export async function planTraining(args: TrainArguments, hooks: PlanHooks): Promise<TrainingPlan | undefined> {
  const whole = (name: 'steps' | 'jobs' | 'threads' | 'test-every') =>
    args[name] === undefined ? undefined : wholeNumber(name, args[name], 1);
  const [mostSteps, jobs, threads, testEvery] = [whole('steps'), whole('jobs'), whole('threads'), whole('test-every')];
  const devices = parseDevices(args.device);

  const isDemo = args.config === undefined;
  const configPath = args.config ?? join(DEMO, 'config.json');
  const config = await loadConfig(configPath);
  const configText = new TextDecoder().decode(await readInput(configPath, 'the config'));
  const { training, remarks } = parseTraining(config, configPath);
  for (const remark of remarks) hooks.say(remark);
  if (training.useFp16 && devices.every(({ device }) => device === 'cpu')) {
    hooks.say('use_fp16 is ignored: the CPU computes in float32.');
  }
  const wanted = args.logdir ?? (isDemo ? join('experiments', 'train-demo') : training.logdir);
  const folder = await openRun(wanted, config, configPath, { fresh: args.fresh });

  const list = (name: 'train' | 'test') => {
    const configured = training[`${name}FilelistPath`];
    const [source, where] =
      args[name] !== undefined
        ? [args[name], `--${name}`]
        : isDemo
          ? [join(DEMO, 'clips', name === 'train' ? 'score' : 'heldout'), 'the demo']
          : [configured, `${configPath}: training_config.${name}_filelist_path`];
    return recordingsOf(source, where, args.root);
  };
  const [trainPaths, testPaths] = [await list('train'), await list('test')];
  const corpus = await readCorpus([...trainPaths, ...testPaths], {
    sampleRate: config.data_config.sample_rate,
    resample: args.resample,
    jobs: availableParallelism(),
    isCancelled: hooks.isCancelled,
    onProgress: hooks.onReading,
  });
  if (corpus === undefined) return undefined;

  const { batchSize, accumulationSteps } = training;
  const workers = planWorkers(devices, { jobs, threads, cores: availableParallelism(), batchSize });
  const perEpoch = stepsPerEpoch(trainPaths.length, batchSize * accumulationSteps);
  return {
    config,
    configText,
    training,
    folder,
    clips: corpus.slice(0, trainPaths.length),
    testClips: corpus.slice(trainPaths.length),
    resample: args.resample,
    ...workers,
    feeders: Math.ceil(workers.jobs / JOBS_A_FEEDER),
    initialWeights: args.from === undefined ? undefined : await weightsFrom(args.from, config),
    mostSteps,
    mostSeconds: args.minutes === undefined ? undefined : args.minutes * 60,
    stepsPerEpoch: perEpoch,
    testEvery: testEvery ?? training.testInterval * perEpoch,
    checkpointSeconds: args['checkpoint-minutes'] * 60,
  };
}

/** The weights of a trained model, which must be of the config's network. */
async function weightsFrom(path: string, config: WaveGradConfig): Promise<Map<string, Float32Array>> {
  const { checkpoint } = await modelFiles(path);
  const parameters = buildWaveGrad(config).parameters();
  return readWeights(await readInput(checkpoint, 'the checkpoint'), checkpoint, parameters);
}
