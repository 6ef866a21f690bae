import { InputError } from '../../formats/input-error.ts';
import { readPyTorch } from '../../formats/pytorch.ts';
import { writePyTorch } from '../../formats/pytorch-writer.ts';
import { isStateDict } from '../../formats/state-dict.ts';
import { NoiseSchedule } from '../noise-schedule.ts';
import { namedBetas, namesBetas, savedNumbers } from './saved-numbers.ts';
import type { ScheduleForm } from './schedule-form.ts';
import { bareBetas } from './schedule-parts.ts';

// numpy's numbers are what others save by mistake.
const INSTEAD = 'for a schedule save torch.tensor(betas) or a list of floats';

/**
 * PyTorch's `.pt`, in the three forms in which ivanvovk/WaveGrad ships schedules: a list of floats, a list of 0-dimensional
 * tensors, a one-dimensional tensor; or one of these in a dictionary, as `beta`, `betas` or `noise_schedule`. Written as a float32 tensor, the one that the reference's inference loads, or as a list of
 * floats, which keeps float64.
 */
export const pytorch: ScheduleForm = {
  read(bytes, path) {
    const saved = readPyTorch(bytes, path, INSTEAD);
    // A state dict has the betas of the training among its buffers.
    const betas = namesBetas(saved) && !isStateDict(saved) ? namedBetas(saved, path) : saved;
    return bareBetas(savedNumbers(betas, path), path);
  },
  write(schedule, path, { list = false }) {
    const betas = [...schedule.betas];
    if (list) return { content: writePyTorch(betas), remarks: [] };
    const data = Float32Array.from(betas);
    checkRounded(schedule, data, path);
    const change = betas.reduce(
      (most, beta, i) => (data[i] === beta ? most : Math.max(most, Math.abs(data[i]! / beta - 1))),
      0,
    );
    return {
      content: writePyTorch({ shape: [data.length], data }),
      remarks: change === 0 ? [] : [`The betas are rounded to float32, by up to ${change.toExponential(1)} relative.`],
    };
  },
};

function checkRounded({ name, asPublished }: NoiseSchedule, betas: Float32Array, path: string): void {
  try {
    NoiseSchedule.fromBetas(betas, { name, asPublished });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${path}: rounded to float32, it is no schedule, only a list keeps it: ${error.message}`);
  }
}
