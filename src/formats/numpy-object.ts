import { InputError } from './input-error.ts';
import { isNumpyShape, numpyTensor } from './numpy-array.ts';
import { type PickleFunction, type PickleValue, readPickle } from './pickle.ts';
import { elementCount, isTensor, type Tensor, tensorOver } from './tensor.ts';

/** What `numpy.save` was given: dictionaries are Maps, lists and tuples arrays, numpy's arrays tensors, its scalars numbers. */
export type NumpyValue = PickleValue<Tensor>;

/** A type under construction: its byte order comes with its state. */
interface PickledDtype {
  readonly code: string;
  order: string;
}

type Held = Tensor | PickledDtype | Uint8Array;
type Value = PickleValue<Held>;

/** What `_codecs.encode` may make, all calls together: a pickle can pass one long text a million times. */
const mostEncodedBytes = 2 ** 23;

/**
 * Reads the pickle behind the header of a `.npy` file of objects, of protocol 2, 3 or 4. Names that no array needs are refused,
 * and nothing from the file is ever run.
 *
 * Source: numpy's `ndarray.__reduce__` and `__setstate__` (numpy/core/src/multiarray/methods.c), `dtype.__reduce__`.
 *
 * @param shape the header's
 * @returns the object of an array without dimensions (`np.save(path, {'beta': betas})`), the list of one with one dimension
 * @throws InputError, which begins with `where`, when it is cut short, not well formed, or holds anything but numbers, text,
 * containers and arrays of numbers
 */
export function readNumpyObject(pickle: Uint8Array, shape: readonly number[], where: string): NumpyValue {
  const fail: (what: string) => never = (what) => {
    throw new InputError(`${where}: ${what}`);
  };
  const malformed: (expected: string) => never = (expected) =>
    fail(`expected ${expected} in its pickle, got something else`);

  // An array is made first and filled later; what refers to it in between must see it filled.
  const arrays = new Set<Value>();
  const objects = new Map<Value, { shape: readonly number[]; items: Value[] }>();
  const reconstruct = (): Tensor => {
    const array = tensorOver({ bytes: new Uint8Array(0), dtype: 'F32', shape: [0], strides: [1], offset: 0 });
    arrays.add(array);
    return array;
  };
  const fill = (array: Value, state: Value): boolean => {
    const [version, lengths, dtype, fortranOrder, data] = Array.isArray(state) ? state : [];
    if (version !== 1 || !isNumpyShape(lengths) || !isDtype(dtype) || typeof fortranOrder !== 'boolean') {
      malformed("an array's shape, type and order");
    }
    if (dtype.code.startsWith('O')) {
      if (!Array.isArray(data)) malformed("an array's list of objects");
      objects.set(array, { shape: lengths, items: data });
    } else {
      if (!(data instanceof Uint8Array)) malformed("an array's bytes");
      const descr = dtype.order + dtype.code;
      Object.assign(array as Tensor, numpyTensor({ descr, shape: lengths, fortranOrder, data }, where));
    }
    return true;
  };
  const build = (object: Value, state: Value): boolean => {
    if (arrays.has(object)) return fill(object, state);
    if (!isDtype(object)) return false;
    const order = Array.isArray(state) ? state[1] : undefined;
    if (typeof order !== 'string') malformed("a type's byte order");
    object.order = order;
    return true;
  };
  const scalar = ([dtype, data]: readonly Value[]): Value => {
    if (!isDtype(dtype) || !(data instanceof Uint8Array)) malformed("a number's type and bytes");
    const { code, order } = dtype;
    const number = numpyTensor({ descr: order + code, shape: [], fortranOrder: false, data }, where).toFloat64()[0]!;
    return code === 'b1' ? number !== 0 : number;
  };
  let encoded = 0;
  const encode = ([text, encoding]: readonly Value[]): Uint8Array => {
    if (typeof text !== 'string' || encoding !== 'latin1') malformed('bytes as Latin-1 text');
    encoded += text.length;
    if (encoded > mostEncodedBytes) fail(`expected at most ${mostEncodedBytes} bytes as text in its pickle, got more`);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0xff) malformed('bytes as Latin-1 text');
      bytes[i] = code;
    }
    return bytes;
  };

  const names: [string, PickleFunction<Held>][] = [
    ['numpy ndarray', () => malformed('numpy.ndarray to be named only')],
    ['numpy dtype', ([code]) => (typeof code === 'string' ? { code, order: '|' } : malformed("a type's name"))],
    // How protocol 2, which has no bytes, spells them.
    ['_codecs encode', encode],
    ['__builtin__ bytes', () => new Uint8Array(0)],
  ];
  // The first is numpy 1's, the second numpy 2's.
  for (const module of ['numpy.core.multiarray', 'numpy._core.multiarray']) {
    names.push([`${module} _reconstruct`, reconstruct], [`${module} scalar`, scalar]);
  }
  const value = readPickle<Held>(pickle, {
    where,
    names: new Map(names),
    writer: 'numpy.save',
    content: 'array',
    bytes: (bytes) => bytes,
    build,
  });

  const { shape: lengths, items } = objects.get(value) ?? malformed('an array of objects');
  if (objects.size > 1) fail(`expected one array of objects, got ${objects.size}, one within the other`);
  if (lengths.length > 1 || lengths.join() !== shape.join() || items.length !== elementCount(lengths)) {
    const got = `${items.length} of shape [${lengths.join(', ')}]`;
    fail(`expected one object, or a list of them, of the header's shape [${shape.join(', ')}], got ${got}`);
  }
  return finished(lengths.length === 0 ? items[0]! : items, malformed);
}

/** The value, once nothing in it is a part of numpy's own that was left over. */
function finished(value: Value, malformed: (expected: string) => never): NumpyValue {
  const waiting: Value[] = [value];
  const seen = new Set<Value>();
  while (waiting.length > 0) {
    const next = waiting.pop() as Value;
    if (seen.has(next)) continue;
    if (Array.isArray(next)) for (const item of next) waiting.push(item);
    else if (next instanceof Map) for (const [key, item] of next) waiting.push(key, item);
    else if (typeof next === 'function' || (typeof next === 'object' && next !== null && !isTensor(next))) {
      malformed('numbers, text, lists, dictionaries and arrays');
    }
    if (typeof next === 'object') seen.add(next);
  }
  return value as NumpyValue;
}

function isDtype(value: Value | undefined): value is PickledDtype {
  return typeof value === 'object' && value !== null && 'order' in value;
}
