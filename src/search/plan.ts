import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricName } from '../audio/distances/index.ts';
import { InputError } from '../formats/input-error.ts';
import { DEMO } from '../model/demo.ts';
import { prepareModel } from '../model/model.ts';
import { createThreadPool } from '../pool/threads.ts';
import { workerEntry } from '../pool/worker-entry.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { baselines as baselinesFor } from './baselines.ts';
import { calibrateCoarse } from './calibrate-coarse.ts';
import { type Clip, loadClips } from './clips.ts';
import { type ModelPlan, type ModelRequest, planModel } from './plan-model.ts';
import { rungsOf } from './race.ts';
import type { EvaluationPool } from './runner.ts';
import type { StudySettings } from './settings.ts';
import { STRATEGIES, type StrategyName } from './strategies/index.ts';
import type { Strategy } from './strategies/strategy.ts';
import type { WorkerResult, WorkerSettings, WorkerTask } from './worker.ts';

/** What a search is asked for; what is left out is the demo's model and clips, and the defaults named here. */
export interface SearchRequest extends ModelRequest {
  /** Number of steps N of the schedule. */
  readonly steps: number;
  /** Folder, filelist or file of recordings to score on; default: the demo's. */
  readonly clips?: string;
  /** The same to verify on; default: other files of `clips`, or the demo's. */
  readonly heldout?: string;
  /** Where relative paths of filelists start, and below which their files must lie. Default: each list's own folder. */
  readonly root?: string;
  readonly strategy: StrategyName;
  /** Schedules with that many steps to try first, and to compare the winner with. Default: none. */
  readonly from?: readonly NoiseSchedule[];
  /** In network evaluations of all scoring clips. Default: 130 trials. */
  readonly budget?: number;
  readonly range?: readonly [lo: number, hi: number];
  readonly stride: number;
  readonly values?: number;
  readonly replicates: number;
  /** Whether candidates are heard on a few clips at a time, and dropped when they have lost by then. */
  readonly race: boolean;
  /** The network that hears them first, on as many clips as a race begins with. Default: the one in float32. */
  readonly coarse?: 'int8';
  readonly metric: MetricName;
  /** The project's version, for provenance. */
  readonly version: string;
}

/** A search that has its model, clips and strategy, and only lacks a study and a pool. */
export interface SearchPlan extends ModelPlan {
  readonly settings: StudySettings;
  readonly strategy: Strategy;
  readonly baselines: readonly NoiseSchedule[];
}

const DEFAULT_TRIALS = 130;

/** Of the coarse network: with one, the fewest that keep the order of the demo's schedules (`bench/eight-bit.md`). */
const FLOAT_RATES = 1;

/** Reads the config and the clips and checks that all fit together; throws an InputError where something does not. */
export async function planSearch(request: SearchRequest): Promise<SearchPlan> {
  return planOn(await planClips(request), request);
}

/** Reads the config, and the clips to score on and to verify on; throws an InputError where something does not fit. */
export async function planClips(request: Omit<SearchRequest, 'steps'>): Promise<ModelPlan> {
  const model = await planModel(request, async (modelClips) => {
    const clipOptions = { ...modelClips, root: request.root };
    const othersWanted = request.clips !== undefined && request.heldout === undefined;
    const scoringSource = request.clips ?? join(DEMO, 'clips', 'score');
    const scoring = await loadClips(scoringSource, { ...clipOptions, othersWanted });
    const heldoutSource = request.heldout ?? request.clips ?? join(DEMO, 'clips', 'heldout');
    const heldout = await loadClips(heldoutSource, { ...clipOptions, except: scoring.files });
    refuseShared(scoring.clips, heldout.clips);
    return { scoring, heldout };
  });
  const [clips] = rungsFor(request, model.settings) ?? [];
  if (request.coarse === undefined || clips === undefined) return model;
  return { ...model, worker: { ...model.worker, coarse: { floatRates: FLOAT_RATES, clips } } };
}

function rungsFor({ race }: Pick<SearchRequest, 'race'>, { scoringClips, clipsPerCall }: ModelPlan['settings']) {
  return race ? rungsOf(scoringClips.length, clipsPerCall) : undefined;
}

/**
 * The search that is asked for, on a model and clips that were read.
 *
 * @param shorter the best schedules of fewer steps that were found for them before
 */
export async function planOn(
  model: ModelPlan,
  request: SearchRequest,
  shorter: readonly NoiseSchedule[] = [],
): Promise<SearchPlan> {
  const { steps, strategy: strategyName } = request;
  const { seed } = model.settings;
  const { range, stride, values, from: starts = [] } = request;
  const baselines = await baselinesFor(steps, starts);
  const strategy = STRATEGIES[strategyName]({ steps, seed, range, stride, values, baselines, starts, shorter });
  if (strategyName === 'gradient' && request.metric !== 'log-mel-l1') {
    throw new InputError(`gradient: the metric must be log-mel-l1, whose gradient is known, got ${request.metric}`);
  }
  if (strategy.length === 0) {
    throw new InputError(
      `${strategyName}: there is no published schedule of ${steps} steps to try; another --strategy has some`,
    );
  }
  const rungs = rungsFor(request, model.settings);
  const recorded = (schedules: readonly NoiseSchedule[]) =>
    schedules.length === 0 ? undefined : schedules.map(({ name, betas }) => ({ name, betas: [...betas] }));
  const settings: StudySettings = {
    format: 1,
    steps,
    strategy: strategyName,
    range: range === undefined ? undefined : [...range],
    from: recorded(starts),
    shorter: recorded(shorter),
    stride,
    values,
    metric: request.metric,
    replicates: request.replicates,
    rungs,
    coarse: rungs && request.coarse && { kind: request.coarse, floatRates: FLOAT_RATES },
    budget: request.budget ?? defaultBudget(request),
    ...model.settings,
    version: request.version,
  };
  return { ...model, settings, strategy, baselines };
}

/** What a search may spend unless it is told otherwise, in NFE. */
export function defaultBudget({ steps, replicates }: Pick<SearchRequest, 'steps' | 'replicates'>): number {
  return DEFAULT_TRIALS * steps * replicates;
}

/** Workers that have the model. */
export interface SearchPool {
  readonly pool: EvaluationPool;
  /** Of one worker, while all are at it, for one network evaluation of all scoring clips. */
  readonly secondsPerNfe: number;
}

/**
 * The pool that evaluates a plan on that many threads, each with a session of its own, once all of them have timed a network evaluation. The weights are in memory once.
 *
 * @throws InputError where the model cannot be loaded
 */
export async function openSearchPool({ worker }: Pick<ModelPlan, 'worker'>, threads: number): Promise<SearchPool> {
  const calibration = await calibrateCoarse(worker);
  const folder = await prepared(worker);
  const remove = () => folder !== undefined && rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const settings = { ...worker, prepared: folder, calibration };
  const pool = createThreadPool<WorkerSettings, WorkerTask, WorkerResult>(
    workerEntry('worker', import.meta.url),
    threads,
    settings,
  );
  try {
    return { pool, secondsPerNfe: await timeAll(pool) };
  } catch (error) {
    await pool.close();
    throw error;
  } finally {
    process.off('exit', remove);
    try {
      // What is mapped stays, and nothing is left behind if the process is killed.
      remove();
    } catch {
      // Where a file that is mapped cannot be removed, it stays among the temporary files.
    }
  }
}

/** The network for several workers to open; undefined where each had better load it: by another engine, on another device, or where nothing can be written. */
async function prepared(worker: WorkerSettings): Promise<string | undefined> {
  const { checkpointPath, configPath, engine, device, rowsPerCall, frames } = worker;
  if (engine !== 'onnxruntime' || rowsPerCall !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'wavegrad-schedules-')).catch(() => undefined);
  if (folder === undefined) return undefined;
  try {
    await prepareModel(folder, checkpointPath, configPath, { device, threads: 1, sizes: { frames } });
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (error instanceof InputError) throw error;
    return undefined;
  }
}

/** The mean of the workers' times, in seconds. */
async function timeAll(pool: EvaluationPool): Promise<number> {
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
