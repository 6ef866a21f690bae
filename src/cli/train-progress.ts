import { counted, decimal, duration, grouped } from '../report/numbers.ts';
import type { Clip } from '../training/corpus.ts';
import { parameterCount } from '../training/parameters.ts';
import type { TrainingHooks, TrainingPlan } from '../training/plan.ts';
import type { TestResult } from '../training/run-state.ts';
import type { Display } from './train-display.ts';
import { type Pace, positionOf } from './train-position.ts';

/** The steps that what is shown of them is the mean of. */
const SHOWN_STEPS = 50;

/** The first steps of a session are slower, and so few say nothing of how long the others take. */
const TRUSTED_STEPS = 5;

/** Two sentences before a training begins: what trains on what, and where it goes. */
export function announcement(plan: TrainingPlan, device: string): string {
  const { config, clips, testClips, jobs, engines, training, folder } = plan;
  const { sample_rate: sampleRate } = config.data_config;
  const time = (some: readonly Clip[]) => duration(some.reduce((sum, { length }) => sum + length, 0) / sampleRate);
  const { batchSize, accumulationSteps: parts, segmentLength } = training;
  const batches = `batches of ${parts > 1 ? `${parts} × ` : ''}${batchSize} × ${grouped(segmentLength)} samples`;
  const [engine] = engines;
  const workers =
    engine?.engine === 'tensorflow'
      ? 'TensorFlow.js'
      : `${device}, ${counted(jobs, 'worker')} of ${counted(engine?.threads ?? 1, 'thread')}`;
  return (
    `${grouped(parameterCount(config))} weights; ${counted(clips.length, 'recording')} of ${time(clips)} to train on, ` +
    `${testClips.length} of ${time(testClips)} to test on; ${batches} on ${workers}.\nRun: ${folder}`
  );
}

/** Shows how a training goes: a line that changes, and one for each test that stays. */
export function progressHooks(plan: TrainingPlan, display: Display, isCancelled: () => boolean): TrainingHooks {
  let recent: { readonly loss: number; readonly seconds: number }[] = [];
  let testBegun: number | undefined;
  let pace: Pace = {};
  /** When the first step or test began, which comes some seconds after the plan. */
  let begun: number | undefined;
  const elapsed = (before = 0) => {
    begun ??= performance.now() - before * 1000;
    return (performance.now() - begun) / 1000;
  };
  return {
    isCancelled,
    onRemark: (sentence) => display.say(sentence),
    onSteps(reports, { step }) {
      // A step that exploded would show for as many more.
      recent = [...recent, ...reports.filter(({ loss }) => Number.isFinite(loss))].slice(-SHOWN_STEPS);
      if (recent.length === 0) return;
      const mean = (of: (each: (typeof recent)[number]) => number) =>
        recent.reduce((sum, each) => sum + of(each), 0) / recent.length;
      const secondsAStep = mean(({ seconds }) => seconds);
      const seconds = elapsed(secondsAStep * reports.length);
      if (recent.length >= TRUSTED_STEPS) pace = { ...pace, step: secondsAStep };
      const parts = [
        `step ${grouped(step)}`,
        `loss ${decimal(mean(({ loss }) => loss))}`,
        `${(1 / secondsAStep).toFixed(2)} steps/s`,
        `gradient ${reports.at(-1)!.gradientNorm.toPrecision(2)}`,
        `epoch ${grouped(Math.floor(step / plan.stepsPerEpoch))}`,
      ];
      display.show({ parts, ...positionOf(plan, { step, seconds }, pace) });
    },
    onTesting(done, total) {
      testBegun ??= elapsed();
      display.show({ share: done / total, parts: ['testing', `${done} of ${total} recordings`] });
    },
    onTest(result, isBest) {
      if (testBegun !== undefined) pace = { ...pace, test: elapsed() - testBegun };
      testBegun = undefined;
      display.say(testLine(result, isBest));
    },
  };
}

function testLine(result: TestResult, isBest: boolean): string {
  const { step, validationLoss, trainingLoss, waveformL1, melL1, realTimeFactor } = result;
  const generated =
    waveformL1 === undefined
      ? ''
      : `; waveform L1 ${decimal(waveformL1)}, mel L1 ${decimal(melL1!)}, real-time factor ${realTimeFactor!.toFixed(2)}`;
  return (
    `Test after ${counted(step, 'step')}: loss ${decimal(validationLoss)}${isBest ? ', the best so far' : ''}, ` +
    `in training ${decimal(trainingLoss)}${generated}`
  );
}
