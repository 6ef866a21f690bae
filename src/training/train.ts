import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole } from '../formats/write-whole.ts';
import { MODEL_NAME } from '../model/model-files.ts';
import { buildWaveGrad } from '../model/wavegrad.ts';
import { createThreadPool } from '../pool/threads.ts';
import { encodeModel, keepCheckpoints, listCheckpoints, readCheckpoint, writeCheckpoint } from './checkpoints.ts';
import type { Clip } from './corpus.ts';
import type { Feed, FeederOptions } from './feeder.ts';
import { fillInitialWeights } from './initial-weights.ts';
import { createControl, createMemory, ENDED, type TrainingMemory } from './memory.ts';
import { layOutParameters, type ParameterLayout, parameterView } from './parameters.ts';
import type { TrainingHooks, TrainingPlan } from './plan.ts';
import { EXPLOSION_STEPS } from './replica.ts';
import type { ReplicaResult, ReplicaTask, ReplicaWorkerSettings } from './replica-worker.ts';
import { openRunLog } from './run-log.ts';
import { bestTest, type RunState } from './run-state.ts';
import { runTest } from './tester.ts';

/** How often the main thread looks at what the replicas did. */
const LOOK_MS = 100;

/** What a learning rate is multiplied by after each explosion, and how many there may be before a run is given up. */
const REDUCTION = 0.5;
const MOST_RECOVERIES = 3;

/** How a run ended. */
export interface TrainingResult {
  readonly state: RunState;
  readonly how: 'finished' | 'interrupted';
}

/** A training that cannot go on by itself; its message says what to try. */
export class TrainingFailed extends Error {
  override readonly name = 'TrainingFailed';
}

/**
 * Trains a network until the run's end, going on from the last checkpoint of its folder where there is one: by Adam on clipped
 * gradients of the loss of noise predicted for random segments (Chen et al. 2020, algorithm 1). Whatever ends the process, a later
 * call comes to the same weights, bit for bit with as many jobs, as a run that nothing had ended.
 *
 * Where a loss or a gradient is not finite, or the loss explodes, it goes back to the last checkpoint with half the learning rate and other
 * batches; after three times without a better test in between it gives up.
 *
 * @throws TrainingFailed where it gives up; what a worker throws
 */
export async function train(plan: TrainingPlan, hooks: TrainingHooks): Promise<TrainingResult> {
  const { config, training, folder, clips, testClips, jobs, stepsPerEpoch } = plan;
  const accumulated = training.accumulationSteps;
  const layout = layOutParameters(buildWaveGrad(config).parameters());
  const { hop_length: hop, n_mels: nMels, sample_rate: sampleRate } = config.data_config;
  const sizes = {
    parameters: layout.length,
    rows: training.batchSize,
    samples: training.segmentLength,
    frames: training.segmentLength / hop,
    nMels,
  };
  const memory = createMemory(sizes, jobs, training.emaDecay > 0);
  const control = createControl(memory);

  const last = (await listCheckpoints(folder)).at(-1);
  let state = last === undefined ? begin(plan, layout, memory) : await restore(folder, last, layout, memory);
  for (const remark of resumeRemarks(plan, state, last)) hooks.onRemark(remark);
  state = { ...state, jobs, threads: plan.engines[0]?.threads ?? 1 };

  const log = await openRunLog(folder, config, plan.configText, last);
  const replicas = createThreadPool<ReplicaWorkerSettings, ReplicaTask, ReplicaResult>(workerEntry('replica'), jobs, {
    config,
    training,
    memory,
    engines: plan.engines,
    testClips,
    resample: plan.resample,
  });
  const feeders = createThreadPool<FeederOptions, Feed, void>(workerEntry('feeder'), plan.feeders, {
    config,
    training,
    memory,
    clips,
    resample: plan.resample,
  });
  let feeding: Promise<unknown> = Promise.resolve();
  let feedError: Error | undefined;

  /** Has batches made from the state's step on. */
  function startFeeding(): void {
    const from = state.step * accumulated;
    control.restart(state.step, from);
    const feeds = Array.from({ length: feeders.workers }, (_, index) =>
      feeders.run({ from, index, of: feeders.workers, attempt: state.attempt }),
    );
    feeding = Promise.all(feeds).catch((error: Error) => {
      feedError = error;
      control.breakBarrier();
    });
  }

  async function stopFeeding(): Promise<void> {
    control.close();
    await feeding;
  }

  /** Takes in what the replicas have done since the last look. */
  function look(): void {
    const reports = Array.from({ length: control.done - state.step }, (_, i) => control.reported(state.step + i));
    if (reports.length === 0) return;
    const total = (of: (report: (typeof reports)[number]) => number) =>
      reports.reduce((sum, each) => sum + of(each), 0);
    const losses = reports.map(({ loss }) => loss);
    state = {
      ...state,
      step: control.done,
      seconds: state.seconds + total(({ seconds }) => seconds),
      waited: state.waited + total(({ waited }) => waited),
      lossSum: state.lossSum + total(({ loss }) => loss),
      lossCount: state.lossCount + reports.length,
      lowest: memory.lowest[0]!,
      recentLosses: [...state.recentLosses, ...losses].slice(-EXPLOSION_STEPS),
    };
    log.steps(reports);
    hooks.onSteps(reports, state);
  }

  /** Trains up to a step, or until something wants it to stop; whether all went well. */
  async function runSpan(to: number, isPauseWanted: () => boolean): Promise<boolean> {
    control.end(ENDED.no);
    control.wantPause(false);
    const { step: from, learningRateScale } = state;
    const spans = Array.from({ length: jobs }, (_, replica) =>
      replicas.run({ kind: 'span', span: { replica, from, to, stepsPerEpoch, learningRateScale } }),
    );
    let running = true;
    const finished = Promise.allSettled(spans).then((results) => {
      running = false;
      return results;
    });
    while (running) {
      await Promise.race([finished, sleep(LOOK_MS)]);
      look();
      if (isPauseWanted()) control.wantPause(true);
    }
    const failure = (await finished).find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (feedError !== undefined) throw feedError;
    if (failure !== undefined) throw failure.reason;
    look();
    return control.ended !== ENDED.diverged;
  }

  async function save(): Promise<void> {
    await writeCheckpoint(folder, { layout, arrays: memory, state, config: plan.configText });
    const best = bestTest(state)?.step;
    if (best === undefined || best === state.step) {
      await writeWhole(join(folder, 'config.json'), plan.configText);
      await writeWhole(join(folder, MODEL_NAME), encodeModel(memory, layout, state.step));
    }
    const newest = (await listCheckpoints(folder)).slice(-training.keepCheckpoints);
    await keepCheckpoints(folder, new Set([...newest, ...(best === undefined ? [] : [best])]));
    await log.save(state);
  }

  async function goBack(): Promise<void> {
    const failedAt = state.step;
    const { attempt, learningRateScale } = state;
    const better = bestTest(state)?.step ?? 0;
    const since = state.recoveries.filter(({ step }) => step > better);
    if (since.length >= MOST_RECOVERIES)
      throw new TrainingFailed(`${folder}: ${whatToTry(failedAt, learningRateScale * training.lr)}`);
    await stopFeeding();
    const recoveries = state.recoveries;
    const backTo = (await listCheckpoints(folder)).findLast((step) => step < failedAt) ?? 0;
    state = await restore(folder, backTo, layout, memory);
    const scale = learningRateScale * REDUCTION;
    state = {
      ...state,
      jobs,
      attempt: attempt + 1,
      learningRateScale: scale,
      recoveries: [...recoveries, { step: failedAt, backTo, learningRateScale: scale }],
    };
    const sentence =
      `Step ${failedAt}: the loss or its gradient exploded or is not finite; going on from the checkpoint of step ${backTo} ` +
      `with ${scale} times the learning rate.`;
    await log.goBack(backTo, sentence);
    hooks.onRemark(sentence);
    await save();
    startFeeding();
  }

  async function testNow(): Promise<boolean> {
    const tested = await runTest({
      pool: replicas,
      recordings: testClips.length,
      generated: training.nSamplesToTest,
      sampleRate,
      onProgress: (done, total) => hooks.onTesting(done, total),
      isCancelled: () => hooks.isCancelled(),
    });
    if (tested === undefined) return false;
    const { step, seconds, lossSum, lossCount } = state;
    const result = { step, seconds, trainingLoss: lossSum / lossCount, ...tested.result };
    state = { ...state, lossSum: 0, lossCount: 0, tests: [...state.tests, result] };
    log.test(result, tested.generated);
    hooks.onTest(result);
    return true;
  }

  const begun = performance.now();
  try {
    if (last === undefined) await save();
    startFeeding();
    const mostSteps = Math.min(plan.mostSteps ?? Number.POSITIVE_INFINITY, training.nEpoch * stepsPerEpoch);
    const testedStep = () => state.tests.at(-1)?.step ?? 0;
    for (;;) {
      const isOutOfTime = performance.now() - begun >= (plan.mostSeconds ?? Number.POSITIVE_INFINITY) * 1000;
      const isFinished = state.step >= mostSteps || isOutOfTime;
      const isTestDue = state.step > testedStep() && (isFinished || state.step % plan.testEvery === 0);
      const isTested = isTestDue && !hooks.isCancelled() && (await testNow());
      if (isTested || (await listCheckpoints(folder)).at(-1) !== state.step) await save();
      if (isFinished && testedStep() === state.step) return { state, how: 'finished' };
      if (hooks.isCancelled()) return { state, how: 'interrupted' };
      const nextTest = (Math.floor(state.step / plan.testEvery) + 1) * plan.testEvery;
      const saved = performance.now();
      const isPauseWanted = () => {
        const now = performance.now();
        return (
          hooks.isCancelled() ||
          now - saved >= plan.checkpointSeconds * 1000 ||
          now - begun >= (plan.mostSeconds ?? Number.POSITIVE_INFINITY) * 1000
        );
      };
      if (!(await runSpan(Math.min(nextTest, mostSteps), isPauseWanted))) await goBack();
    }
  } finally {
    await stopFeeding();
    await Promise.all([replicas.close(), feeders.close()]);
    await log.close();
  }
}

function workerEntry(name: 'replica' | 'feeder'): URL {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}-worker.${ending}`, import.meta.url);
}

/** The state of a run that has made no step, its weights in memory. */
function begin(plan: TrainingPlan, layout: ParameterLayout, { weights, average }: TrainingMemory): RunState {
  if (plan.initialWeights === undefined) fillInitialWeights(weights, layout, plan.training.seed);
  else for (const slot of layout.slots) parameterView(weights, slot).set(plan.initialWeights.get(slot.name)!);
  if (average.length > 0) average.set(weights);
  return {
    version: 1,
    step: 0,
    attempt: 0,
    recoveries: [],
    learningRateScale: 1,
    lowest: Number.NaN,
    recentLosses: [],
    lossSum: 0,
    lossCount: 0,
    seconds: 0,
    waited: 0,
    jobs: plan.jobs,
    threads: 1,
    recordings: fingerprint(plan.clips),
    tests: [],
  };
}

async function restore(
  folder: string,
  step: number,
  layout: ParameterLayout,
  memory: TrainingMemory,
): Promise<RunState> {
  const state = await readCheckpoint(folder, step, { layout, arrays: memory });
  memory.lowest[0] = Number.isNaN(state.lowest) ? Number.POSITIVE_INFINITY : state.lowest;
  const control = createControl(memory);
  state.recentLosses.forEach((loss, i) => {
    const at = step - state.recentLosses.length + i;
    control.report({ step: at, loss, gradientNorm: 0, learningRate: 0, seconds: 0, waited: 0 });
  });
  return state;
}

function resumeRemarks({ clips, jobs, engines }: TrainingPlan, state: RunState, from: number | undefined): string[] {
  if (from === undefined) return [];
  const remarks = [`Going on after step ${from}.`];
  if (state.recordings !== fingerprint(clips)) {
    remarks.push(
      'The recordings of the train list are others than before: this is not the run that one of them would have been.',
    );
  }
  const threads = engines[0]?.threads ?? 1;
  if (state.jobs !== jobs || state.threads !== threads) {
    remarks.push(
      `${jobs} workers of ${threads} threads go on where ${state.jobs} of ${state.threads} began: the last digits will differ.`,
    );
  }
  return remarks;
}

/** Tells lists of recordings apart, wherever they lie. */
function fingerprint(clips: readonly Clip[]): string {
  const hash = createHash('sha256');
  for (const { path, length } of clips) hash.update(`${basename(path)}\t${length}\n`);
  return hash.digest('hex');
}

function whatToTry(step: number, rate: number): string {
  return (
    `step ${step}: the loss exploded again, at a learning rate of ${rate}, after going back ${MOST_RECOVERIES} times; try a lower lr or more warmup_steps, ` +
    'a lower grad_clip_threshold, or schedule-prepare to look for recordings that are not speech'
  );
}
