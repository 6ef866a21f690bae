import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { melImage } from '../audio/mel-image.ts';
import { timeNow } from '../formats/time-now.ts';
import { writeWhole } from '../formats/write-whole.ts';
import type { WaveGradConfig } from '../model/config.ts';
import type { StepReport } from './memory.ts';
import { recoverySentence } from './recovery.ts';
import type { RunState, TestResult } from './run-state.ts';
import { type EventWriter, openEvents } from './tensorboard/events.ts';
import type { Generated } from './testing.ts';

/** What a run writes for people: TensorBoard's event file and the curve of its tests. */
export interface RunLog {
  steps(reports: readonly StepReport[]): void;
  /** The run goes on from an earlier step, the state's; what was shown of later ones goes. */
  goBack(state: RunState): Promise<void>;
  /** Something that happened, in one sentence. */
  remark(sentence: string, step: number): void;
  test(result: TestResult, generated: readonly Generated[]): void;
  /** Writes the curve, training.csv, and what is buffered. */
  save(state: RunState): Promise<void>;
  close(): Promise<void>;
}

/** @param from the step that a resumed run goes on after */
export async function openRunLog(
  folder: string,
  config: WaveGradConfig,
  configText: string,
  from: number | undefined,
): Promise<RunLog> {
  const open = (step: number | undefined) => openEvents(folder, { wallTime: () => timeNow() / 1000, from: step });
  let events: EventWriter = await open(from);
  const { sample_rate: sampleRate, n_mels: nMels } = config.data_config;
  events.text('config', `\`\`\`json\n${configText.trim()}\n\`\`\``, from ?? 0);
  return {
    steps(reports) {
      const last = reports.at(-1);
      if (last === undefined) return;
      const mean = (of: (report: StepReport) => number) => reports.reduce((sum, r) => sum + of(r), 0) / reports.length;
      const step = last.step + 1;
      const seconds = mean((report) => report.seconds);
      events.scalar(
        'training/loss',
        mean(({ loss }) => loss),
        step,
      );
      events.scalar(
        'training/gradient_norm',
        mean(({ gradientNorm }) => gradientNorm),
        step,
      );
      events.scalar('training/learning_rate', last.learningRate, step);
      events.scalar('training/steps_per_second', 1 / seconds, step);
      events.scalar('training/waiting', mean(({ waited }) => waited) / seconds, step);
    },
    async goBack({ step, recoveries }) {
      await events.close();
      events = await open(step);
      // All of them, for those that were shown at later steps are gone. At the step itself, which stays when a run goes on from there.
      events.text('training/recoveries', recoveries.map(recoverySentence).join('\n\n'), step);
    },
    remark: (sentence, step) => events.text('training/recoveries', sentence, step),
    test({ step, validationLoss, waveformL1, melL1, realTimeFactor }, generated) {
      events.scalar('test/loss', validationLoss, step);
      if (waveformL1 !== undefined) events.scalar('test/waveform_l1', waveformL1, step);
      if (melL1 !== undefined) events.scalar('test/mel_l1', melL1, step);
      if (realTimeFactor !== undefined) events.scalar('test/real_time_factor', realTimeFactor, step);
      generated.forEach(({ truth, samples, mels }, i) => {
        events.audio(`recording_${i}/truth`, truth, sampleRate, step);
        events.audio(`recording_${i}/generated`, samples, sampleRate, step);
        const mel = (data: Float32Array) => ({ data, nMels, frames: data.length / nMels });
        events.image(`recording_${i}/mels`, melImage([mel(mels.truth), mel(mels.generated)]), step);
      });
    },
    async save({ tests }) {
      await writeWhole(join(folder, 'training.csv'), curve(tests));
      await events.flush();
    },
    close: () => events.close(),
  };
}

/** The tests of a run as CSV, to six digits. */
function curve(tests: readonly TestResult[]): string {
  const columns = [
    ['step', 'step'],
    ['seconds', 'seconds'],
    ['trainingLoss', 'training_loss'],
    ['validationLoss', 'validation_loss'],
    ['waveformL1', 'waveform_l1'],
    ['melL1', 'mel_l1'],
    ['realTimeFactor', 'real_time_factor'],
  ] as const;
  return stringify(
    tests.map((test) =>
      columns.map(([key]) => {
        const value = test[key];
        return value === undefined ? null : Number(value.toPrecision(6));
      }),
    ),
    { header: true, columns: columns.map(([, header]) => header) },
  );
}
