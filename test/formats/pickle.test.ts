import { expect, test } from 'vitest';
import { type PickleFunction, readPickle } from '../../src/formats/pickle.ts';
import { refusal } from './refusal.ts';
import { pickleBytes } from './torch-file.ts';

const names = new Map<string, PickleFunction<never>>([['a pair', (args) => [args.length, ...args]]]);

function read(pickle: string | Uint8Array) {
  const persistentLoad = (id: unknown) => `stored ${String(id)}`;
  return readPickle<never>(typeof pickle === 'string' ? pickleBytes(pickle) : pickle, {
    where: 'x.pt',
    names,
    writer: 'torch.save',
    content: 'checkpoint',
    persistentLoad,
  });
}

/** What CPython 3's `pickle.dumps(value, 2)` gives for `[1, 300, -2, 2**40, 2**70, 0.5, None, True, False, (1,), {'k': 'é'}]`. */
const mixedPickle =
  '\x80\x02]q\x00(K\x01M,\x01J\xfe\xff\xff\xff\x8a\x06\x00\x00\x00\x00\x00\x01\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00@' +
  'G?\xe0\x00\x00\x00\x00\x00\x00N\x88\x89K\x01\x85q\x01}q\x02X\x01\x00\x00\x00kq\x03X\x02\x00\x00\x00\xc3\xa9q\x04se.';
const mixedValue = [1, 300, -2, 2 ** 40, 2n ** 70n, 0.5, null, true, false, [1], new Map([['k', 'é']])];

test('reads the plain values of protocol 2', () => {
  expect(read(mixedPickle)).toEqual(mixedValue);
});

test('reads integers of any length with their sign', () => {
  expect(read('\x8a\x00.')).toBe(0);
  expect(read('\x8a\x01\xff.')).toBe(-1);
  expect(read('\x8a\x07\xff\xff\xff\xff\xff\xff\x1f.')).toBe(Number.MAX_SAFE_INTEGER);
  expect(read('\x8a\x07\x00\x00\x00\x00\x00\x00\x20.')).toBe(2n ** 53n);
});

test('a remembered value is the same value, also within itself', () => {
  const list = read(']q\x00(h\x00h\x00e.') as unknown[];
  expect(list).toHaveLength(2);
  expect(list[0]).toBe(list);
});

test('calls the names it is given and no others', () => {
  expect(read('ca\npair\nK\x07K\x08\x86R.')).toEqual([2, 7, 8]);
  expect(read('\x80\x04\x95\x0d\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94\x8c\x04pair\x94\x93\x94)R.')).toEqual([0]);
});

test.each([
  ['os.system', '\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.'],
  ['posix.system', '\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.'],
  ['os.system', '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.'],
  ['builtins.eval', '\x80\x02cbuiltins\neval\n)R.'],
  ['__proto__.constructor', '\x80\x02c__proto__\nconstructor\n)R.'],
  ['a.pair?[31m', '\x80\x02ca\npair\x1b[31m\n.'],
])('refuses the name %s', (name, pickle) => {
  expect(refusal(() => read(pickle))).toBe(`x.pt: names ${name}, which no checkpoint needs; nothing was run`);
});

test('dictionaries are Maps: a key cannot reach a prototype', () => {
  const value = read('}\x8c\x09__proto__}\x8c\x08pollutedK\x01ss.') as Map<string, Map<string, number>>;
  expect(value.get('__proto__')?.get('polluted')).toBe(1);
  expect('polluted' in {}).toBe(false);
});

test('a persistent id is handed over', () => {
  expect(read('K\x05Q.')).toBe('stored 5');
});

test('drops the state given to a dictionary', () => {
  expect(read('}}\x8c\x01kK\x01sb.')).toEqual(new Map());
  expect(refusal(() => read(']}b.'))).toContain('a dictionary to give state to');
});

test('cut anywhere, says at which byte', () => {
  for (let length = 0; length < mixedPickle.length; length++) {
    const message = refusal(() => read(mixedPickle.slice(0, length)));
    expect(message).toContain(`cut short at byte ${length}`);
  }
});

test('asks for no memory before it knows that the bytes are there', () => {
  expect(refusal(() => read('X\xff\xff\xff\xffshort'))).toBe(
    'x.pt: expected at least 4294967295 more bytes after byte 5, but it is cut short at byte 10',
  );
});

test('names an instruction that torch does not write', () => {
  expect(refusal(() => read('N\x82\x01.'))).toBe(
    'x.pt: has the instruction 0x82 at byte 1, which torch.save does not write',
  );
});

test.each(['C\x01a.', 'B\x01\x00\x00\x00a.', 'K\x01Q.'])('what nothing was given for is not read: %j', (pickle) => {
  const options = { where: 'x.pt', names, writer: 'torch.save', content: 'checkpoint' };
  expect(refusal(() => readPickle<never>(pickleBytes(pickle), options))).toMatch(
    /^x\.pt: has the instruction 0x\w\w at byte \d, which torch\.save does not write$/,
  );
});

test('hands over byte strings, as views, and state', () => {
  const pickle = pickleBytes('](C\x02hiB\x01\x00\x00\x00!C\x00K\x05be.');
  const states: unknown[] = [];
  const value = readPickle<Uint8Array>(pickle, {
    where: 'x',
    names: new Map(),
    writer: 'numpy.save',
    content: 'array',
    bytes: (bytes) => bytes,
    build: (object, state) => states.push(object, state) > 0,
  }) as Uint8Array[];
  expect(value.map((bytes) => Buffer.from(bytes).toString())).toEqual(['hi', '!', '']);
  expect(value.every(({ buffer }) => buffer === pickle.buffer)).toBe(true);
  expect(states).toEqual([value[2], 5]);
});

test.each([
  ['nothing to stop with', '.'],
  ['a pop below a mark', 'N(\x85.'],
  ['a tuple without a mark', 'Nt.'],
  ['an unknown reference', 'h\x07.'],
  ['memory of nothing', 'q\x00.'],
  ['an append to a number', 'K\x01K\x02a.'],
  ['an item of a list', ']K\x01K\x02s.'],
  ['an odd number of keys and values', '}(K\x01u.'],
  ['a call of a number', 'K\x01)R.'],
  ['a call with a dictionary', 'ca\npair\n}R.'],
  ['a name that is a list', ']]\x93.'],
])('refuses %s', (_, pickle) => {
  expect(refusal(() => read(pickle))).toMatch(/^x\.pt: expected .* before byte \d+, got something else$/);
});

test('deep nesting needs no deep stack', () => {
  let value = read(`${']'.repeat(100_000)}${'a'.repeat(99_999)}.`) as unknown[];
  let depth = 1;
  for (; value.length > 0; depth++) value = value[0] as unknown[];
  expect(depth).toBe(100_000);
});

test('one-byte instructions cannot ask for gigabytes', () => {
  expect(refusal(() => read(new Uint8Array(1_000_001).fill(0x7d)))).toContain(
    'at most 1000000 lists, dictionaries and tensors',
  );
  expect(refusal(() => read(new Uint8Array(2 ** 23 + 1).fill(0x4e)))).toContain(
    'expected a pickle of at most 8388608 bytes, got 8388609',
  );
});
