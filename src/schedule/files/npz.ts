import { readNpz, writeNpz } from '../../formats/npz.ts';
import { namedBetas, savedNumbers } from './saved-numbers.ts';
import type { ScheduleForm } from './schedule-form.ts';
import { bareBetas } from './schedule-parts.ts';

/** numpy's `.npz`: its only array, or the one named `beta`, `betas` or `noise_schedule`. Written as `beta`, in float64. */
export const npz: ScheduleForm = {
  read(bytes, path) {
    const arrays = readNpz(bytes, path);
    const [only] = arrays.values();
    return bareBetas(savedNumbers(arrays.size === 1 ? only : namedBetas(arrays, path), path), path);
  },
  write: ({ betas }) => ({
    content: writeNpz(new Map([['beta', { shape: [betas.length], data: Float64Array.from(betas) }]])),
    remarks: [],
  }),
};
