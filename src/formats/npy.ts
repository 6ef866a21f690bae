import { beginsWith, firstBytes } from './first-bytes.ts';
import { InputError } from './input-error.ts';
import { parseNpyHeader } from './npy-header.ts';
import { numpyTensor } from './numpy-array.ts';
import { type NumpyValue, readNumpyObject } from './numpy-object.ts';
import { type TensorData, tensorBytes } from './tensor.ts';

/** `\x93NUMPY` */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** numpy's own limit (`numpy.lib.format._MAX_HEADER_SIZE`). */
const maxHeaderBytes = 10_000;
/** The data begins at a multiple of this, so that a reader can map it into memory. */
const alignment = 64;

/**
 * Reads a file that `numpy.save` wrote, format 1.0, 2.0 or 3.0: an array of numbers of any rank as a tensor, or the object that
 * was pickled (`np.save(path, {'beta': betas})`). Nothing from the file is ever run; arrays are decoded when asked.
 *
 * Source: numpy.lib.format.
 *
 * @param bytes the whole file; kept as long as a tensor of it is
 * @param where begins each message: the file's path
 * @throws InputError when it is of another type, cut short or too long, or holds anything but numbers that a tensor can hold
 * and containers of them
 */
export function readNpy(bytes: Uint8Array, where: string): NumpyValue {
  const fail: (what: string) => never = (what) => {
    throw new InputError(`${where}: ${what}`);
  };
  if (!beginsWith(bytes, magic)) fail(`expected a .npy file (by numpy.save), got ${firstBytes(bytes)}`);
  const [major = 0, minor = 0] = bytes.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0) {
    fail(`expected version 1.0, 2.0 or 3.0 of the .npy format, got ${major}.${minor}`);
  }
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) fail(`expected a header's length, but it is cut short at byte ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const most = Math.min(maxHeaderBytes, bytes.length - start);
  if (length > most) fail(`expected a header of at most ${most} bytes, got one of ${length}`);

  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const { descr, fortranOrder, shape } = parseNpyHeader(header, where);
  const data = bytes.subarray(start + length);
  return descr === '|O'
    ? readNumpyObject(data, shape, where)
    : numpyTensor({ descr, fortranOrder, shape, data }, where);
}

/**
 * The bytes of a `.npy` file, format 1.0, that `numpy.load` reads as float32 or float64, by the array that holds the data. The
 * same input gives the same bytes.
 *
 * @throws InputError when the data is not as long as the shape says
 */
export function writeNpy(array: TensorData): Uint8Array {
  const data = tensorBytes(array, 'the array');
  const descr = array.data instanceof Float32Array ? '<f4' : '<f8';
  const lengths = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${lengths}), }`;
  const start = Math.ceil((10 + header.length + 1) / alignment) * alignment;
  const bytes = new Uint8Array(start + data.length).fill(0x20, 0, start);
  bytes.set([...magic, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes[start - 1] = 0x0a;
  bytes.set(data, start);
  return bytes;
}
