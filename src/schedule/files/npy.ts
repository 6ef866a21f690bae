import { readNpy, writeNpy } from '../../formats/npy.ts';
import { namedBetas, savedNumbers } from './saved-numbers.ts';
import type { ScheduleForm } from './schedule-form.ts';
import { bareBetas } from './schedule-parts.ts';

/**
 * numpy's `.npy`: the array that lmnt-com/wavegrad takes (`np.save(path, betas)`; one dimension, one row or one column), or Coqui
 * TTS's dictionary (`np.save(path, {'beta': betas})`). Written as the array, in float64.
 *
 * Both projects clamp the state, but an array does not say whose it is: only the dictionary is read with the clamp `state`.
 */
export const npy: ScheduleForm = {
  read(bytes, path) {
    const saved = readNpy(bytes, path);
    if (!(saved instanceof Map)) return bareBetas(savedNumbers(saved, path), path);
    const parts = bareBetas(savedNumbers(namedBetas(saved, path), path), path);
    return { ...parts, about: { ...parts.about, clamp: 'state' } };
  },
  write: ({ betas }) => ({
    content: writeNpy({ shape: [betas.length], data: Float64Array.from(betas) }),
    remarks: [],
  }),
};
