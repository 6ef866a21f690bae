import { InputError } from '../../formats/input-error.ts';
import { NUMBER } from './plain-number.ts';
import { checkSteps } from './schedule-parts.ts';

const ARRAY = String.raw`(?:(?:np|numpy)\.array|(?:torch\.)?tensor|array)\s*\(`;
const SCALAR = String.raw`(?:(?:np|numpy)\.float(?:32|64)|(?:torch\.)?tensor|float)\s*\(`;
const FLOAT = String.raw`(?:(?:np|numpy|torch)\.)?(?:float(?:32|64)?|double)\b`;

const SPACE = /\s*/y;

const PATTERNS = {
  array: new RegExp(ARRAY, 'y'),
  scalar: new RegExp(SCALAR, 'y'),
  number: new RegExp(NUMBER, 'y'),
  open: /[[(]/y,
  ']': /\]/y,
  ')': /\)/y,
  comma: /,/y,
  end: /$/y,
  // What repr prints after the numbers, and what people type there.
  argument: new RegExp(
    String.raw`,\s*(?:dtype\s*=\s*(?:${FLOAT}|(['"])${FLOAT}\1)|device\s*=\s*(['"])[\w:]+\2|requires_grad\s*=\s*(?:True|False))`,
    'y',
  ),
};

const START = new RegExp(String.raw`^\s*(?:[[(]|${ARRAY}|${NUMBER}\s*,)`);

/** Whether a text is meant as a list of numbers, not as the name of something. */
export function isPythonList(text: string): boolean {
  return START.test(text);
}

/**
 * The numbers of a list as Python writes it: `[1e-6, 2e-5]`, `(1e-6, 2e-5)`, either as the argument of `torch.tensor`, `tensor`,
 * `np.array`, `numpy.array` or `array`, or without brackets. Elements may be `tensor(1e-6)` or `np.float64(1e-6)`, a comma may
 * follow the last, and `dtype`, `device` and `requires_grad` are read over. Numbers stay as written, whatever the dtype.
 *
 * @throws {InputError} for anything else, with the position of the first wrong element, and for more than 100,000 numbers.
 */
export function parsePythonList(text: string): number[] {
  let at = 0;
  const take = (pattern: keyof typeof PATTERNS): string | undefined => {
    at += matched(SPACE, text, at)!.length;
    const found = matched(PATTERNS[pattern], text, at);
    at += found?.length ?? 0;
    return found;
  };
  const need = (pattern: keyof typeof PATTERNS, what: string): string => {
    const found = take(pattern);
    if (found === undefined) throw new InputError(`Python list: ${what}, got ${ahead(text, at)}`);
    return found;
  };

  const isCall = take('array') !== undefined;
  const open = isCall ? need('open', 'expected [ or ( at the start') : take('open');
  const close = open === undefined ? 'end' : open === '[' ? ']' : ')';
  const closing = close === 'end' ? 'the end' : close;
  const numbers: number[] = [];
  while (take(close) === undefined) {
    if (numbers.length > 0) {
      need('comma', `expected a comma or ${closing} after element ${numbers.length}`);
      if (take(close) !== undefined) break;
    }
    const what = `element ${numbers.length + 1} must be a number`;
    const isScalarCall = take('scalar') !== undefined;
    numbers.push(Number(need('number', what)));
    if (isScalarCall) closeCall();
  }
  if (isCall) closeCall();
  need('end', `expected the end after ${closing}`);
  checkSteps(numbers.length, 'Python list');
  return numbers;

  function closeCall(): void {
    while (take('argument') !== undefined);
    need(')', 'expected dtype, device, requires_grad or )');
  }
}

function matched(sticky: RegExp, text: string, at: number): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}

function ahead(text: string, at: number): string {
  return at >= text.length ? 'the end' : JSON.stringify(/^.[^,\])]*/s.exec(text.slice(at, at + 40))![0].trimEnd());
}
