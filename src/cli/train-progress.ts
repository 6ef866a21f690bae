import { counted, grouped } from '../report/numbers.ts';
import type { Clip } from '../training/corpus.ts';
import { parameterCount } from '../training/parameters.ts';
import type { TrainingHooks, TrainingPlan } from '../training/plan.ts';
import type { RunState, TestResult } from '../training/run-state.ts';
import type { ProgressLine } from './progress.ts';

/** The steps that what is shown of them is the mean of. */
const SHOWN_STEPS = 50;

/** Two sentences before a training begins: what trains on what, and where it goes. */
export function announcement(plan: TrainingPlan, device: string): string {
  const { config, clips, testClips, jobs, engines, training, folder } = plan;
  const { sample_rate: sampleRate } = config.data_config;
  const minutes = (some: readonly Clip[]) =>
    (some.reduce((sum, { length }) => sum + length, 0) / sampleRate / 60).toFixed(1);
  const { batchSize, accumulationSteps: parts, segmentLength } = training;
  const batches = `batches of ${parts > 1 ? `${parts} × ` : ''}${batchSize} × ${segmentLength} samples`;
  return (
    `${grouped(parameterCount(config))} weights; ${counted(clips.length, 'recording')} of ${minutes(clips)} minutes to train on, ` +
    `${testClips.length} of ${minutes(testClips)} to test on; ${batches} on ${device}, ` +
    `${counted(jobs, 'worker')} of ${counted(engines[0]!.threads ?? 1, 'thread')}.\nRun: ${folder}`
  );
}

/** Shows how a training goes: a progress line, and a line for each test. */
export function progressHooks(
  plan: TrainingPlan,
  { progress, say, isCancelled }: { progress: ProgressLine; say: (text: string) => void; isCancelled: () => boolean },
): TrainingHooks {
  let recent: { readonly loss: number; readonly seconds: number }[] = [];
  const begun = performance.now();
  return {
    isCancelled,
    onRemark: say,
    onSteps(reports, state) {
      recent = [...recent, ...reports].slice(-SHOWN_STEPS);
      const mean = (of: (each: (typeof recent)[number]) => number) =>
        recent.reduce((sum, each) => sum + of(each), 0) / recent.length;
      const text =
        `step ${state.step} (epoch ${Math.floor(state.step / plan.stepsPerEpoch)}), loss ${mean(({ loss }) => loss).toFixed(4)}, ` +
        `gradient ${reports.at(-1)!.gradientNorm.toFixed(3)}, ${(1 / mean(({ seconds }) => seconds)).toFixed(2)} steps/s`;
      progress.update({ ...position(plan, state, (performance.now() - begun) / 1000), text });
    },
    onTesting: (done, total) => progress.update({ done, total, text: `testing: ${done} of ${total} recordings` }),
    onTest(result) {
      progress.stop();
      say(testLine(result));
    },
  };
}

/** How far a run is: in seconds or steps where they end it, else in its epoch. */
function position({ mostSeconds, mostSteps, stepsPerEpoch }: TrainingPlan, { step }: RunState, seconds: number) {
  if (mostSeconds !== undefined) return { done: Math.min(seconds, mostSeconds), total: mostSeconds };
  if (mostSteps !== undefined) return { done: step, total: mostSteps };
  return { done: step % stepsPerEpoch, total: stepsPerEpoch };
}

function testLine({ step, validationLoss, waveformL1, melL1, realTimeFactor }: TestResult): string {
  const generated =
    waveformL1 === undefined
      ? ''
      : `, waveform L1 ${waveformL1.toFixed(4)}, mel L1 ${melL1!.toFixed(4)}, real-time factor ${realTimeFactor!.toFixed(2)}`;
  return `Test after ${counted(step, 'step')}: loss ${validationLoss.toFixed(4)}${generated}`;
}
