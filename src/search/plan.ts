import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { MetricName } from '../audio/distances/index.ts';
import type { Precision } from '../diffusion/process.ts';
import { trainedRangeToWarnBy } from '../diffusion/trained-range.ts';
import { type Device, ENGINE_VERSION } from '../engine/onnxruntime/program.ts';
import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import { DEMO } from '../model/demo.ts';
import { loadModelConfig } from '../model/load-config.ts';
import { modelFiles } from '../model/model-files.ts';
import { createThreadPool } from '../pool/threads.ts';
import { workerEntry } from '../pool/worker-entry.ts';
import type { TrainedRange } from '../schedule/diagnostics.ts';
import type { Clamp, NoiseSchedule } from '../schedule/noise-schedule.ts';
import { baselines as baselinesFor } from './baselines.ts';
import { type Clip, loadClips } from './clips.ts';
import type { EvaluationPool } from './runner.ts';
import type { StudySettings } from './settings.ts';
import { STRATEGIES, type StrategyName } from './strategies/index.ts';
import type { Strategy } from './strategies/strategy.ts';
import type { WorkerSettings } from './worker.ts';

/** What a search is asked for; what is left out is the demo's model and clips, and the defaults named here. */
export interface SearchRequest {
  /** Number of steps N of the schedule. */
  readonly steps: number;
  /** Checkpoint, or the folder it is in; default: the demo's. */
  readonly model?: string;
  /** Default: config.json beside the checkpoint. */
  readonly config?: string;
  /** Folder, filelist or file of recordings to score on; default: the demo's. */
  readonly clips?: string;
  /** The same to verify on; default: other files of `clips`, or the demo's. */
  readonly heldout?: string;
  readonly clipSeconds: number;
  readonly clipCount: number;
  readonly strategy: StrategyName;
  /** Schedules with that many steps to try first, and to compare the winner with. Default: none. */
  readonly from?: readonly NoiseSchedule[];
  /** In network evaluations of all scoring clips. Default: 130 trials. */
  readonly budget?: number;
  readonly range?: readonly [lo: number, hi: number];
  readonly stride: number;
  readonly values?: number;
  readonly replicates: number;
  readonly metric: MetricName;
  readonly clamp: Clamp;
  readonly precision: Precision;
  readonly seed: number;
  readonly device: Device;
  /** The project's version, for provenance. */
  readonly version: string;
}

/** A search that has its model, clips and strategy, and only lacks a study and a pool. */
export interface SearchPlan {
  readonly settings: StudySettings;
  readonly strategy: Strategy;
  readonly baselines: readonly NoiseSchedule[];
  readonly worker: WorkerSettings;
  /** The noise levels that the model was trained on; the reference's where its config says them in no way that is understood. */
  readonly trained: TrainedRange;
  /** What a user should know of the recordings and the config before the search starts, one sentence each. */
  readonly remarks: readonly string[];
}

const DEFAULT_TRIALS = 130;

/** Reads the config and the clips and checks that all fit together; throws an InputError where something does not. */
export async function planSearch(request: SearchRequest): Promise<SearchPlan> {
  const { steps, seed, strategy: strategyName, clamp, precision, device } = request;
  const files = await modelFiles(request.model ?? DEMO);
  const checkpointPath = files.checkpoint;
  const configPath = request.config ?? files.config;
  const checkpoint = await readInput(checkpointPath, 'the checkpoint');
  const config = await loadModelConfig(files, request.config);
  const { sample_rate: sampleRate, hop_length: hopSamples } = config.data_config;
  const clipOptions = { sampleRate, hopSamples, seconds: request.clipSeconds, count: request.clipCount, seed };
  const othersWanted = request.clips !== undefined && request.heldout === undefined;
  const scoringSource = request.clips ?? join(DEMO, 'clips', 'score');
  const scoring = await loadClips(scoringSource, { ...clipOptions, othersWanted });
  const heldoutSource = request.heldout ?? request.clips ?? join(DEMO, 'clips', 'heldout');
  const heldout = await loadClips(heldoutSource, { ...clipOptions, except: scoring.files });
  refuseShared(scoring.clips, heldout.clips);

  const { range, stride, values, from: starts = [] } = request;
  const baselines = await baselinesFor(steps, starts);
  const strategy = STRATEGIES[strategyName]({ steps, seed, range, stride, values, baselines, starts });
  if (strategy.length === 0) {
    throw new InputError(
      `${strategyName}: there is no published schedule of ${steps} steps to try; another --strategy has some`,
    );
  }
  const { model_config, data_config } = config;
  const named = ({ name, hash }: Clip) => ({ name, hash });
  const settings: StudySettings = {
    format: 1,
    steps,
    strategy: strategyName,
    range: range === undefined ? undefined : [...range],
    from: starts.length === 0 ? undefined : starts.map(({ name, betas }) => ({ name, betas: [...betas] })),
    stride,
    values,
    seed,
    metric: request.metric,
    clamp,
    precision,
    replicates: request.replicates,
    budget: request.budget ?? DEFAULT_TRIALS * steps * request.replicates,
    checkpoint: { name: basename(checkpointPath), hash: sha256(checkpoint) },
    config: { name: basename(configPath), hash: sha256(JSON.stringify({ model_config, data_config })) },
    data: data_config,
    sampleRate,
    clipSamples: scoring.clips[0]!.samples.length,
    scoringClips: scoring.clips.map(named),
    heldoutClips: heldout.clips.map(named),
    // On a CPU a clip at a time stays in the cache: two workers then keep 1.9 times the pace of one, and 1.5 times with six clips.
    clipsPerCall: device === 'cpu' ? 1 : scoring.clips.length,
    device,
    engine: ENGINE_VERSION,
    version: request.version,
  };
  const samplesOf = ({ samples }: Clip) => samples;
  const clips = { scoring: scoring.clips.map(samplesOf), heldout: heldout.clips.map(samplesOf) };
  const { clipsPerCall } = settings;
  const worker = { checkpointPath, configPath, device, clips, clipsPerCall, seed, clamp, precision };
  const { trained, remark } = trainedRangeToWarnBy(config, configPath);
  const remarks = [...new Set([...scoring.remarks, ...heldout.remarks, ...(remark === undefined ? [] : [remark])])];
  return { settings, strategy, baselines, worker, trained, remarks };
}

/** The pool that evaluates a plan on that many threads, each with a session of its own. */
export function createSearchPool(plan: SearchPlan, threads: number): EvaluationPool {
  return createThreadPool(workerEntry('worker', import.meta.url), threads, plan.worker);
}

/**
 * Loads the model in every worker and times one network evaluation of all scoring clips in all at once: the mean in seconds.
 * Throws an InputError where the model cannot be loaded.
 */
export async function warmUp(pool: EvaluationPool): Promise<number> {
  const results = await Promise.all(Array.from({ length: pool.workers }, () => pool.run({ kind: 'time' })));
  const seconds = results.map((result) => {
    if (result.kind === 'bad-input') throw new InputError(result.message);
    return result.kind === 'time' ? result.seconds : 0;
  });
  return seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
}

function refuseShared(scoring: readonly Clip[], heldout: readonly Clip[]): void {
  const names = new Map(scoring.map(({ hash, name }) => [hash, name]));
  const shared = heldout.find(({ hash }) => names.has(hash));
  if (shared !== undefined) {
    throw new InputError(
      `the held-out clip ${shared.name} is the scoring clip ${names.get(shared.hash)}: a schedule must be judged on other recordings`,
    );
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
