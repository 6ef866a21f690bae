import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { writeFault } from '../formats/write-fault.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { MODEL_NAME } from '../model/model-files.ts';
import { encodeModel, keepCheckpoints, listCheckpoints, writeCheckpoint } from './checkpoints.ts';
import { createCrew } from './crew.ts';
import { createControl, createMemory } from './memory.ts';
import { networkLayout } from './parameters.ts';
import { stepLimit, type TrainingHooks, type TrainingPlan } from './plan.ts';
import {
  afterRecovery,
  bestScheduledTest,
  givenUpSentence,
  isGivenUp,
  lastTestStep,
  recoverySentence,
  stepToGoBackTo,
} from './recovery.ts';
import { EXPLOSION_STEPS } from './replica.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { begin, restore, resumeRemarks } from './run-start.ts';
import { bestTest, type RunState } from './run-state.ts';
import { runTest } from './tester.ts';

/** How a run ended. */
export interface TrainingResult {
  readonly state: RunState;
  /** `finished-before`: there was nothing to do. */
  readonly how: 'finished' | 'finished-before' | 'interrupted';
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
 * Where a loss or a gradient is not finite, or the loss explodes, it goes back to the checkpoint of the last test with half the learning
 * rate and other batches; after three times without a better test in between it gives up.
 *
 * @throws TrainingFailed where it gives up; InputError where the folder cannot be written to; what a worker throws
 */
export async function train(plan: TrainingPlan, hooks: TrainingHooks): Promise<TrainingResult> {
  const { config, training, folder, testClips, jobs, testEvery } = plan;
  const layout = networkLayout(config);
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
  const mostSteps = stepLimit(plan);
  const testedStep = () => state.tests.at(-1)?.step ?? 0;

  const last = (await listCheckpoints(folder)).at(-1);
  let state = last === undefined ? begin(plan, layout, memory) : await restore(folder, last, layout, memory);
  if (last !== undefined) {
    if (state.step >= mostSteps && testedStep() === state.step) return { state, how: 'finished-before' };
    for (const remark of resumeRemarks(plan, state)) hooks.onRemark(remark);
  }
  state = { ...state, jobs, threads: plan.engines[0]?.threads ?? 1 };

  /** Takes in what the replicas have done since the last look. */
  function look(): void {
    const { done } = control;
    const reports = Array.from({ length: done - state.step }, (_, i) => control.reported(state.step + i));
    const total = (of: (report: (typeof reports)[number]) => number) =>
      reports.reduce((sum, each) => sum + of(each), 0);
    const losses = reports.map(({ loss }) => loss);
    // Half precision passes over steps that overflow.
    const finite = losses.filter(Number.isFinite);
    state = {
      ...state,
      step: done,
      seconds: state.seconds + total(({ seconds }) => seconds),
      waited: state.waited + total(({ waited }) => waited),
      // One by one: the sum must not depend on how many there are at a look.
      lossSum: finite.reduce((sum, loss) => sum + loss, state.lossSum),
      lossCount: state.lossCount + finite.length,
      // Even without a new step: these two change just after a step is reported, which may be after the last look.
      lowest: memory.lowest[0]!,
      lossScale: [memory.lossScale[0]!, memory.lossScale[1]!],
      recentLosses: [...state.recentLosses, ...losses].slice(-EXPLOSION_STEPS),
    };
    if (reports.length === 0) return;
    log?.steps(reports);
    hooks.onSteps(reports, state);
  }

  /** Writes all that there is of the state. The checkpoint after what follows from it: a run that is killed between makes both again. */
  async function save(): Promise<void> {
    try {
      await log?.save(state);
      const best = bestTest(state)?.step;
      if (best === undefined || best === state.step) {
        await writeWhole(join(folder, MODEL_NAME), encodeModel(memory, layout, state.step));
      }
      await writeCheckpoint(folder, { layout, arrays: memory, state, config: plan.configText });
      const newest = (await listCheckpoints(folder)).slice(-training.keepCheckpoints);
      const tested = [lastTestStep(state.step, testEvery), best, bestScheduledTest(state, testEvery)?.step];
      await keepCheckpoints(folder, new Set([...newest, ...tested.filter((step) => step !== undefined)]));
    } catch (error) {
      throw unwritable(error);
    }
  }

  function unwritable(error: unknown): unknown {
    const { code, message, cause } = error as NodeJS.ErrnoException;
    const fault = writeFault(folder, cause ?? error);
    if (fault instanceof InputError) return fault;
    if (error instanceof InputError || code === undefined) return error;
    return new InputError(`${folder}: step ${state.step} of the run cannot be saved: ${message}`, { cause: error });
  }

  async function goBack(): Promise<void> {
    if (isGivenUp(state, testEvery)) {
      const sentence = givenUpSentence(state, training.lr);
      log?.remark(sentence, state.step);
      throw new TrainingFailed(`${folder}: ${sentence}`);
    }
    await crew.stopFeeding();
    const checkpoints = await listCheckpoints(folder);
    const backTo = stepToGoBackTo(state, checkpoints, testEvery);
    state = afterRecovery(await restore(folder, backTo, layout, memory), state);
    await log?.goBack(state);
    hooks.onRemark(recoverySentence(state.recoveries.at(-1)!));
    await keepCheckpoints(folder, new Set(checkpoints.filter((step) => step <= backTo)));
    await save();
    crew.startFeeding(state);
  }

  async function testNow(): Promise<boolean> {
    const tested = await runTest({
      pool: crew.replicas,
      recordings: testClips.length,
      generated: training.nSamplesToTest,
      sampleRate,
      onProgress: (done, total) => hooks.onTesting(done, total),
      isCancelled: () => hooks.isCancelled(),
    });
    if (tested === undefined) return false;
    const { step, seconds, lossSum, lossCount } = state;
    const result = { step, seconds, trainingLoss: lossSum / lossCount, ...tested.result };
    state = { ...state, tests: [...state.tests, result] };
    // A test at a run's end leaves no trace in what the next one says, should the run go on.
    if (step % testEvery === 0) state = { ...state, lossSum: 0, lossCount: 0 };
    log?.test(result, tested.generated);
    hooks.onTest(result, bestTest(state) === result);
    return true;
  }

  async function runToEnd(): Promise<TrainingResult> {
    const begun = performance.now();
    const isOutOfTime = () => performance.now() - begun >= (plan.mostSeconds ?? Number.POSITIVE_INFINITY) * 1000;
    for (;;) {
      const isFinished = state.step >= mostSteps || isOutOfTime();
      const isTestDue = state.step > testedStep() && (isFinished || state.step % testEvery === 0);
      const isTested = isTestDue && !hooks.isCancelled() && (await testNow());
      if (isTested || (await listCheckpoints(folder)).at(-1) !== state.step) await save();
      if (isFinished && testedStep() === state.step) return { state, how: 'finished' };
      if (hooks.isCancelled()) return { state, how: 'interrupted' };
      const saved = performance.now();
      const isPauseWanted = () =>
        hooks.isCancelled() || performance.now() - saved >= plan.checkpointSeconds * 1000 || isOutOfTime();
      const nextTest = lastTestStep(state.step, testEvery) + testEvery;
      if (!(await crew.span(state, Math.min(nextTest, mostSteps), { look, isPauseWanted }))) await goBack();
    }
  }

  const crew = createCrew(plan, memory);
  let log: RunLog | undefined;
  try {
    await crew.start(state);
    // Before the first checkpoint, so that the folder is a model's from then on.
    await writeWhole(join(folder, 'config.json'), plan.configText).catch((error: unknown) => {
      throw unwritable(error);
    });
    log = await openRunLog(folder, config, plan.configText, last);
    if (last === undefined) await save();
    crew.startFeeding(state);
    return await runToEnd();
  } finally {
    await crew.close();
    await log?.close().catch((error: unknown) => {
      throw unwritable(error);
    });
  }
}
