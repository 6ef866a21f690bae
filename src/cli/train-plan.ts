import { availableParallelism, totalmem } from 'node:os';
import type { EngineName } from '../engine/engine.ts';
import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import { readWeights } from '../model/checkpoint.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { loadConfig } from '../model/load-config.ts';
import { modelFiles } from '../model/model-files.ts';
import { startEngine } from '../model/start-engine.ts';
import { buildWaveGrad } from '../model/wavegrad.ts';
import { stepsPerEpoch } from '../training/batches.ts';
import { listCheckpoints } from '../training/checkpoints.ts';
import { readCorpus } from '../training/corpus.ts';
import { recordingsOf } from '../training/filelists.ts';
import { parameterCount } from '../training/parameters.ts';
import type { TrainingPlan } from '../training/plan.ts';
import { openRun } from '../training/run-folder.ts';
import { parseTraining } from '../training/training-config.ts';
import { UsageError, wholeNumber } from './command.ts';
import { checkDevice } from './engine-flags.ts';
import { threadsFor } from './threads.ts';
import { demoTraining, type GivenTraining } from './train-demo.ts';
import { halfPrecisionRemarks, parseDevices, planWorkers } from './train-devices.ts';
import { checkWritable } from './writable-folder.ts';

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
  readonly engine: EngineName;
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
  const { engine } = args;
  checkDevice(args);
  if (engine === 'tensorflow' && threads !== undefined) {
    throw new UsageError('--threads goes with --engine onnxruntime; --engine tensorflow takes all cores, or the GPU');
  }
  const devices = parseDevices(args.device);
  await startEngine(engine);

  const { config, configText, configPath, lists } =
    args.config === undefined ? await demoTraining() : await given(args.config);
  const { training, remarks } = parseTraining(config, configPath);
  for (const remark of remarks) hooks.say(remark);
  if (training.useFp16 && engine === 'tensorflow') {
    throw new InputError(
      `${configPath}: training_config.use_fp16 must be false for --engine tensorflow, which computes in float32; half precision is ONNX Runtime's`,
    );
  }
  if (training.useFp16) for (const remark of halfPrecisionRemarks(devices)) hooks.say(remark);
  const wanted = args.logdir ?? training.logdir;
  await checkWritable(wanted);
  const folder = await openRun(wanted, config, configPath, { fresh: args.fresh });
  if (training.continueTraining && !args.fresh && (await listCheckpoints(folder)).length === 0) {
    hooks.say(`${folder}: there is no run to continue, so one begins; --from begins one with trained weights.`);
  }
  const initialWeights = args.from === undefined ? undefined : await weightsFrom(args.from, config);

  const list = (name: 'train' | 'test') => {
    const source = args[name] ?? lists?.[name] ?? training[`${name}FilelistPath`];
    const where = args[name] === undefined ? `${configPath}: training_config.${name}_filelist_path` : `--${name}`;
    return recordingsOf(source, where, args.root);
  };
  const [trainPaths, testPaths] = [await list('train'), await list('test')];
  const known = new Set(trainPaths);
  const common = testPaths.filter((path) => known.has(path)).length;
  if (common > 0) {
    hooks.say(
      `${common} of the ${testPaths.length} recordings to test on are trained on too, which makes their loss too low.`,
    );
  }
  const corpus = await readCorpus([...trainPaths, ...testPaths], {
    sampleRate: config.data_config.sample_rate,
    resample: args.resample,
    jobs: availableParallelism(),
    isCancelled: hooks.isCancelled,
    onProgress: hooks.onReading,
  });
  if (corpus === undefined) return undefined;

  const { batchSize, accumulationSteps } = training;
  const onOnnxRuntime = () =>
    planWorkers(devices, {
      jobs,
      threads,
      cores: availableParallelism(),
      batchSize,
      memoryBytes: memoryBytes(),
      parameters: parameterCount(config),
      half: training.useFp16,
    });
  const workers =
    engine === 'tensorflow' ? { jobs: threadsFor(jobs, engine, hooks.say), engines: [{ engine }] } : onOnnxRuntime();
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
    initialWeights,
    mostSteps,
    mostSeconds: args.minutes === undefined ? undefined : args.minutes * 60,
    stepsPerEpoch: perEpoch,
    testEvery: testEvery ?? training.testInterval * perEpoch,
    checkpointSeconds: args['checkpoint-minutes'] * 60,
  };
}

/** The memory of the machine; in a container, its share. */
function memoryBytes(): number {
  // Without a limit it is 0 or, by the version of cgroups, far too large.
  const limit = process.constrainedMemory();
  return Math.min(totalmem(), limit > 0 ? limit : Number.POSITIVE_INFINITY);
}

async function given(configPath: string): Promise<GivenTraining> {
  const config = await loadConfig(configPath);
  const configText = new TextDecoder().decode(await readInput(configPath, 'the config'));
  return { config, configText, configPath };
}

/** The weights of a trained model, which must be of the config's network. */
async function weightsFrom(path: string, config: WaveGradConfig): Promise<Map<string, Float32Array>> {
  const { checkpoint } = await modelFiles(path);
  const parameters = buildWaveGrad(config).parameters();
  return readWeights(await readInput(checkpoint, 'the checkpoint'), checkpoint, parameters);
}
