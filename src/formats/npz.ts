import { beginsWith, firstBytes } from './first-bytes.ts';
import { InputError } from './input-error.ts';
import { readNpy, writeNpy } from './npy.ts';
import { writeStoredZip } from './stored-zip.ts';
import { isTensor, type Tensor, type TensorData } from './tensor.ts';
import { unpackedZipEntries } from './zip-entries.ts';

const ending = '.npy';

/**
 * Reads the arrays of a file by `numpy.savez` or `numpy.savez_compressed`, by name, in the file's order. Compressed ones may come
 * to 4 MiB and twice the file together.
 *
 * @param bytes the whole file; kept as long as a tensor of it is
 * @param where begins each message: the file's path
 * @throws InputError when it is no whole zip, an entry is no array of numbers, or differs from what the directory says of it
 */
export function readNpz(bytes: Uint8Array, where: string): Map<string, Tensor> {
  if (!beginsWith(bytes, [0x50, 0x4b])) {
    throw new InputError(`${where}: expected an .npz file (a zip by numpy.savez), got ${firstBytes(bytes)}`);
  }
  const arrays = new Map<string, Tensor>();
  for (const [name, content] of unpackedZipEntries(bytes, where)) {
    const shown = name.slice(0, 100);
    if (!name.endsWith(ending)) {
      throw new InputError(`${where}: expected arrays (entries that end in ${ending}), got ${JSON.stringify(shown)}`);
    }
    const value = readNpy(content, `${where} (${shown.replaceAll(/[^\x20-\x7e]/g, '?')})`);
    if (!isTensor(value)) {
      throw new InputError(`${where}: expected arrays of numbers, but ${JSON.stringify(shown)} holds Python objects`);
    }
    arrays.set(name.slice(0, -ending.length), value);
  }
  return arrays;
}

/**
 * The bytes of an `.npz` file, not compressed, that `numpy.load` reads as float32 or float64 arrays, by the array that holds the
 * data. The same input gives the same bytes.
 *
 * @throws InputError when an array's data is not as long as its shape says
 */
export function writeNpz(arrays: ReadonlyMap<string, TensorData>): Uint8Array {
  return writeStoredZip([...arrays].map(([name, array]) => ({ name: name + ending, parts: [writeNpy(array)] })));
}
