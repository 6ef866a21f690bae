import { join, resolve } from 'node:path';
import { counted, duration } from '../report/numbers.ts';
import { bestTest } from '../training/run-state.ts';
import type { TrainingResult } from '../training/train.ts';
import { typed } from './npx.ts';
import { quoted } from './quoted.ts';
import { rootArgument } from './root-flag.ts';

/** How a training ended, for programs. */
export function asJson({ state, how }: TrainingResult, folder: string): string {
  const { step, seconds, waited, jobs, threads, recoveries, tests } = state;
  const data = {
    how,
    folder: resolve(folder),
    step,
    seconds,
    waited,
    jobs,
    threads,
    best: bestTest(state),
    tests,
    recoveries,
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

/**
 * How a training ended, for people.
 *
 * @param recordings a folder or filelist to search a schedule with. Default: the demo's clips
 * @param root of the filelist. Default: its own folder
 */
export function asText({ state }: TrainingResult, folder: string, recordings?: string, root?: string): string {
  const { step, seconds, waited } = state;
  const best = bestTest(state);
  const speed =
    seconds > 0
      ? ` in ${duration(seconds)}: ${(step / seconds).toFixed(2)} steps/s, ${((100 * waited) / seconds).toFixed(2)} % of the time waiting for batches`
      : '';
  const lines = [
    counted(step, 'step') + speed,
    ...(best === undefined
      ? []
      : [`Best validation loss: ${best.validationLoss.toFixed(4)}, after ${counted(best.step, 'step')}`]),
    `Model: ${join(folder, 'model.safetensors')}`,
    `Curve: ${join(folder, 'training.csv')}, or tensorboard --logdir ${folder}`,
    `Next:  ${typed(`schedule-search --iters 6 --model ${quoted(folder)}${recordings === undefined ? '' : ` --clips ${quoted(recordings)}${rootArgument(root)}`}`)}`,
  ];
  return `${lines.join('\n')}\n`;
}
