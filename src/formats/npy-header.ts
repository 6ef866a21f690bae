import { InputError } from './input-error.ts';
import { isNumpyShape } from './numpy-array.ts';

/** What the header of a `.npy` file says. */
interface NpyHeader {
  /** numpy's name of the element type, such as `<f4`; `|O` for objects. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** A key and its value, up to the next: text, a truth value, a tuple of whole numbers (with the L of Python 2), or a list. */
const entry = /\s*'(\w+)'\s*:\s*('[^']*'|True|False|\([\d\s,L]*\)|\[.*\])\s*(,|(?=\}))/sy;
const end = /\s*\}\s*$/y;

/**
 * Reads a `.npy` header, the Python literal `{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }`: these three keys, once
 * each and in any order.
 *
 * @throws InputError, which begins with `where`, for any other text
 */
export function parseNpyHeader(header: string, where: string): NpyHeader {
  const fail: (what: string) => never = (what) => {
    throw new InputError(`${where}: ${what}`);
  };
  const values = new Map<string, string>();
  let at = 1;
  if (header.startsWith('{')) {
    for (let match = matchAt(entry, header, at); match; match = matchAt(entry, header, at)) {
      const [whole, key, value] = match;
      if (values.has(key!)) fail(`expected a header that names ${key!.slice(0, 40)} once, got it twice`);
      values.set(key!, value!);
      at += whole.length;
    }
  }
  if (!header.startsWith('{') || !matchAt(end, header, at)) {
    const got = JSON.stringify(header.trimEnd().slice(0, 100));
    fail(`expected a header such as {'descr': '<f4', 'fortran_order': False, 'shape': (3,), }, got ${got}`);
  }

  const descr = values.get('descr') ?? '';
  const order = values.get('fortran_order') ?? '';
  const shape = shapeOf(values.get('shape') ?? '');
  if (descr.startsWith('['))
    fail(`expected floats, integers or booleans, got records: ${JSON.stringify(descr.slice(0, 100))}`);
  if (!descr.startsWith("'")) fail('expected a header with the type as text in descr, got none');
  if (order !== 'True' && order !== 'False') fail('expected a header with True or False in fortran_order, got neither');
  if (shape === undefined) fail('expected a header with a tuple of whole numbers in shape, got none');
  if (values.size !== 3) fail('expected a header with descr, fortran_order and shape, got more');
  return { descr: descr.slice(1, -1), fortranOrder: order === 'True', shape };
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}

/** `()`, `(3,)`, `(2, 3)`; undefined for anything else, also for `(3)`, which Python takes for a number. */
function shapeOf(tuple: string): number[] | undefined {
  if (!/^\((?:\s*\d+L?\s*,)*(?:\s*\d+L?)?\s*\)$/.test(tuple) || /^\([^,]+\)$/.test(tuple.replaceAll(/\s/g, ''))) {
    return undefined;
  }
  const lengths = (tuple.match(/\d+/g) ?? []).map(Number);
  return isNumpyShape(lengths) ? lengths : undefined;
}
