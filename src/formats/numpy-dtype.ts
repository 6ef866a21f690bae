import { InputError } from './input-error.ts';
import { type Dtype, elementWidth } from './tensor.ts';

/** numpy's type codes (`dtype.str` without the byte order), by kind and bytes. */
const dtypes: Readonly<Record<string, Dtype>> = {
  b1: 'BOOL',
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
  i1: 'I8',
  i2: 'I16',
  i4: 'I32',
  i8: 'I64',
  u1: 'U8',
  u2: 'U16',
  u4: 'U32',
  u8: 'U64',
};

/** What people may have saved in place of numbers, by the kind. */
const kinds: Readonly<Record<string, string>> = {
  c: 'complex numbers',
  f: 'floats of more than 64 bits',
  m: 'durations',
  M: 'dates',
  O: 'Python objects',
  S: 'text',
  U: 'text',
  V: 'records',
};

/**
 * The element type that numpy describes, such as `<f4` or `|b1`: the byte order, the kind, the bytes.
 *
 * Source: https://numpy.org/doc/stable/reference/arrays.interface.html (`typestr`).
 *
 * @throws InputError, which begins with `where`, for anything but little-endian floats, integers and booleans
 */
export function numpyDtype(descr: string, where: string): Dtype {
  const [, order, code] = /^([<>=|]?)([A-Za-z](?:\d+|$))/.exec(descr) ?? [];
  const got = JSON.stringify(descr.slice(0, 40));
  const dtype = code !== undefined && descr === `${order}${code}` && Object.hasOwn(dtypes, code) && dtypes[code];
  if (!dtype) {
    const kind = kinds[code?.[0] ?? ''];
    throw new InputError(
      `${where}: expected floats, integers or booleans of at most 64 bits, got the type ${got}${kind ? ` (${kind})` : ''}`,
    );
  }
  if (order === '>' && elementWidth(dtype) > 1) {
    throw new InputError(`${where}: expected little-endian numbers, got the big-endian type ${got}`);
  }
  return dtype;
}
