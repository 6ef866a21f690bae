import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import { isTensor } from '../formats/tensor.ts';
import { readTensorFile } from '../formats/tensor-file.ts';

/**
 * Reads the noise of a synthesis: a tensor [N, samples] or [N, 1, samples], in any form that a mel comes in. Row 0 is what sampling starts from, row k what is added
 * after the k-th reverse step, counted from the noisiest level; the last step adds none.
 *
 * @param wanted the schedule's N, and the samples of the speech
 * @returns the rows, one after the other
 * @throws InputError with the path where it is none, of another size, or not finite
 */
export async function readNoise(
  path: string,
  wanted: { readonly steps: number; readonly samples: number },
): Promise<Float32Array> {
  const bytes = await readInput(path, 'the noise');
  const { value } = readTensorFile(bytes, path, { what: 'noise', name: 'noise' });
  if (!isTensor(value)) throw new InputError(`${path}: expected a tensor [steps, samples], got something else`);
  const { shape } = value;
  const [steps, samples, ...more] = shape.length === 3 && shape[1] === 1 ? [shape[0]!, shape[2]!] : shape;
  if (more.length > 0 || steps !== wanted.steps || samples !== wanted.samples) {
    const shown = shape.length > 8 ? `${shape.length} dimensions` : `[${shape.join(', ')}]`;
    throw new InputError(
      `${path}: expected noise for ${wanted.steps} steps of ${wanted.samples} samples, [${wanted.steps}, ${wanted.samples}], got ${shown}`,
    );
  }
  const noise = value.toFloat32();
  const at = noise.findIndex((each) => !Number.isFinite(each));
  if (at >= 0) throw new InputError(`${path}: expected finite noise, got ${noise[at]} at ${at}`);
  return noise;
}
