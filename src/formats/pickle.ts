import { byteCursor } from './byte-cursor.ts';
import { InputError } from './input-error.ts';

/**
 * What a pickle can hold here. Lists and tuples are arrays, dictionaries are Maps, integers beyond 2^53 are bigints, a name
 * that is not called stays the function it stands for, and T is whatever those functions, `persistentLoad` and `bytes` make.
 */
export type PickleValue<T> =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue<T>[]
  | Map<PickleValue<T>, PickleValue<T>>
  | ((args: never) => unknown)
  | T;

/** Stands for a Python name. It may keep its arguments but must not copy them: a pickle can pass the same ones a million times. */
export type PickleFunction<T> = (args: readonly PickleValue<T>[]) => PickleValue<T>;

interface PickleOptions<T> {
  /** Begins each message. */
  readonly where: string;
  /** The only names that are resolved, as 'module name'. */
  readonly names: ReadonlyMap<string, PickleFunction<T>>;
  /** Who writes such pickles and what they hold, for messages. */
  readonly writer: string;
  readonly content: string;
  /** What to save in place of a name that is refused, for its message. Default: nothing. */
  readonly instead?: string | undefined;
  /** Turns a persistent id into what it stands for. Without it none is read. */
  readonly persistentLoad?: (id: PickleValue<T>) => PickleValue<T>;
  /** What stands for a byte string, given as a view. Without it none is read. */
  readonly bytes?: (bytes: Uint8Array) => T;
  /** Gives an object that is no dictionary its state; false where it takes none. Without it no object does. */
  readonly build?: (object: PickleValue<T>, state: PickleValue<T>) => boolean;
}

/** About 30,000 tensors. Bounds the time and memory that one-byte instructions can ask for. */
const maxBytes = 2 ** 23;
const maxObjects = 1_000_000;

/**
 * Reads the pickle instructions that `torch.save` and `numpy.save` write (protocols 2 and 3, and the basics of 4). Nothing is run
 * but the functions that are handed in. The state that BUILD gives to a dictionary (`_metadata` of a state dict) is dropped.
 *
 * Source of the instruction codes: CPython's Lib/pickletools.py.
 *
 * @throws InputError when the pickle names anything else, has an instruction that its writer does not use, is cut short, or is
 * not well formed
 */
export function readPickle<T>(bytes: Uint8Array, options: PickleOptions<T>): PickleValue<T> {
  const { where, names } = options;
  type Value = PickleValue<T>;
  const fail: (what: string) => never = (what) => {
    throw new InputError(`${where}: ${what}`);
  };
  if (bytes.length > maxBytes) fail(`expected a pickle of at most ${maxBytes} bytes, got ${bytes.length}`);

  const cursor = byteCursor(bytes, where);
  const stack: Value[] = [];
  const marks: number[] = [];
  const memo = new Map<number, Value>();
  let objects = 0;

  const malformed: (expected: string) => never = (expected) =>
    fail(`expected ${expected} before byte ${cursor.position()}, got something else`);
  const popMany = (count: number): Value[] => {
    if (stack.length - count < (marks.at(-1) ?? 0)) malformed(`${count} more values`);
    return stack.splice(stack.length - count);
  };
  const pop = (): Value => popMany(1)[0] as Value;
  const popToMark = (): Value[] => stack.splice(marks.pop() ?? malformed('a mark'));
  const top = (): Value => {
    if (stack.length <= (marks.at(-1) ?? 0)) malformed('a value');
    return stack.at(-1) as Value;
  };
  const pushObject = (value: Value): void => {
    if (++objects > maxObjects) fail(`expected at most ${maxObjects} lists, dictionaries and tensors, got more`);
    stack.push(value);
  };
  const recall = (index: number): void => {
    if (!memo.has(index)) malformed(`a stored value ${index}`);
    stack.push(memo.get(index) as Value);
  };
  const resolve = (module: Value, name: Value): void => {
    if (typeof module !== 'string' || typeof name !== 'string') malformed('a module and a name');
    const known = names.get(`${module} ${name}`);
    const hint = options.instead === undefined ? '' : `; ${options.instead}`;
    stack.push(
      known ??
        fail(`names ${printable(`${module}.${name}`)}, which no ${options.content} needs; nothing was run${hint}`),
    );
  };
  const append = (items: Value[]): void => {
    const list = top();
    if (!Array.isArray(list)) malformed('a list to append to');
    for (const item of items) list.push(item);
  };
  const setItems = (items: Value[]): void => {
    const dictionary = top();
    if (!(dictionary instanceof Map) || items.length % 2 !== 0) malformed('a dictionary with keys and values');
    for (let i = 0; i < items.length; i += 2) dictionary.set(items[i]!, items[i + 1]!);
  };
  const refuse: (opcode: number) => never = (opcode) =>
    fail(
      `has the instruction 0x${opcode.toString(16).padStart(2, '0')} at byte ${cursor.position() - 1}, ` +
        `which ${options.writer} does not write`,
    );
  const reduce = (): void => {
    const [callee, args] = popMany(2);
    if (typeof callee !== 'function' || !Array.isArray(args)) malformed('a function and its arguments');
    pushObject((callee as PickleFunction<T>)(args));
  };
  const build = (state: Value): void => {
    const object = top();
    if (object instanceof Map || options.build?.(object, state)) return;
    malformed('a dictionary to give state to');
  };

  for (;;) {
    const opcode = cursor.uint8();
    switch (opcode) {
      case 0x80: // PROTO
        cursor.uint8();
        break;
      case 0x95: // FRAME: only a hint for readers of streams
        cursor.take(8);
        break;
      case 0x2e: // STOP
        return pop();
      case 0x28: // MARK
        marks.push(stack.length);
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(cursor.uint8());
        break;
      case 0x4d: // BININT2
        stack.push(cursor.uint16());
        break;
      case 0x4a: // BININT
        stack.push(cursor.int32());
        break;
      case 0x8a: // LONG1
        stack.push(integer(cursor.take(cursor.uint8())));
        break;
      case 0x47: // BINFLOAT
        stack.push(cursor.float64BigEndian());
        break;
      case 0x58: // BINUNICODE
        stack.push(cursor.text(cursor.uint32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(cursor.text(cursor.uint8()));
        break;
      case 0x43: // SHORT_BINBYTES
      case 0x42: // BINBYTES
        if (!options.bytes) refuse(opcode);
        pushObject(options.bytes(cursor.take(opcode === 0x43 ? cursor.uint8() : cursor.uint32())));
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        pushObject([]);
        break;
      case 0x7d: // EMPTY_DICT
        pushObject(new Map());
        break;
      case 0x74: // TUPLE
        pushObject(popToMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        pushObject(popMany(opcode - 0x84));
        break;
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popToMark());
        break;
      case 0x73: // SETITEM
        setItems(popMany(2));
        break;
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x71: // BINPUT
        memo.set(cursor.uint8(), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(cursor.uint32(), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        recall(cursor.uint8());
        break;
      case 0x6a: // LONG_BINGET
        recall(cursor.uint32());
        break;
      case 0x63: // GLOBAL
        resolve(cursor.line(), cursor.line());
        break;
      case 0x93: // STACK_GLOBAL
        resolve(...(popMany(2) as [Value, Value]));
        break;
      case 0x51: // BINPERSID
        if (!options.persistentLoad) refuse(opcode);
        pushObject(options.persistentLoad(pop()));
        break;
      case 0x52: // REDUCE
        reduce();
        break;
      case 0x62: // BUILD
        build(pop());
        break;
      default:
        refuse(opcode);
    }
  }
}

/** Two's complement, little-endian; at most 255 bytes. */
function integer(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  const signed = BigInt.asIntN(bytes.length * 8, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

/** A name from a file, fit for one line of a terminal. */
function printable(name: string): string {
  return name.slice(0, 100).replaceAll(/[^\x20-\x7e]/g, '?');
}
