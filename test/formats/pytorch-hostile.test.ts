import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { outcome, refusal } from './refusal.ts';
import { pickleBytes, tensorPickle, torchFile } from './torch-file.ts';
import { decodeAll } from './values.ts';

const tinyFile = readFileSync(new URL('../fixtures/reference-tiny/checkpoint.pt', import.meta.url));
const read = (bytes: Uint8Array) => readPyTorch(bytes, 'x.pt');

test.each([
  ['os.system', '\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.'],
  ['posix.system', '\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.'],
  ['os.system', '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.'],
])('a file that names %s is refused in one sentence', (name, pickle) => {
  expect(refusal(() => read(torchFile(pickle)))).toBe(
    `x.pt (data.pkl): names ${name}, which no file of tensors and numbers needs; nothing was run`,
  );
});

test('a file cut anywhere is refused', () => {
  for (let length = 0; length < tinyFile.length; length += 997) {
    expect(refusal(() => read(tinyFile.subarray(0, length)))).toMatch(
      /^x\.pt: expected .*(cut short at byte|an empty file)/,
    );
  }
});

/** One to four bytes somewhere in a file of that length, replaced. */
const damage = (length: number) =>
  fc.array(fc.tuple(fc.nat(length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });

function damaged(bytes: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const [at, byte] of changes) copy[at] = byte;
  return copy;
}

/** Runs `decodeAll` on damaged files and counts how many were read and how many refused; any other error fails. */
function damageMany(runs: number, length: number, make: (changes: [number, number][]) => Uint8Array) {
  const counts = { read: 0, refused: 0 };
  fc.assert(
    fc.property(damage(length), (changes) => {
      counts[outcome(() => decodeAll(read(make(changes)))) === undefined ? 'read' : 'refused']++;
    }),
    { numRuns: runs, seed: 1, endOnFailure: true },
  );
  return counts;
}

test('a checkpoint with damaged bytes is read or refused', () => {
  const counts = damageMany(300, tinyFile.length, (changes) => damaged(tinyFile, changes));
  expect(counts.read).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(0);
});

test('a damaged pickle is read or refused', () => {
  const storage = new Uint8Array(16);
  const pickle = pickleBytes(tensorPickle({ storageLength: 4, shape: [2, 2], strides: [2, 1] }));
  const counts = damageMany(1000, pickle.length, (changes) => torchFile(damaged(pickle, changes), { 0: storage }));
  expect(counts.refused).toBeGreaterThan(counts.read);
});

test('a damaged zip directory is read or refused', () => {
  const file = torchFile(tensorPickle({ storageLength: 4, shape: [2, 2], strides: [2, 1] }), { 0: new Uint8Array(16) });
  const directory = 200;
  const counts = damageMany(1000, directory, (changes) =>
    damaged(
      file,
      changes.map(([at, byte]) => [file.length - directory + at, byte]),
    ),
  );
  expect(counts.read).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(0);
});

test('a zip bomb is not unpacked', () => {
  const bomb = zipSync({ 'archive/data.pkl': new Uint8Array(10_000_000) }, { level: 9 });
  expect(bomb.length).toBeLessThan(20_000);
  expect(refusal(() => read(bomb))).toBe(
    'x.pt: expected stored entries, as torch.save writes them, but "archive/data.pkl" is compressed',
  );
});

/** Position in the directory of the first record: the end record holds it at its byte 16. */
function firstRecord(file: Uint8Array): number {
  return new DataView(file.buffer, file.byteOffset).getUint32(file.length - 6, true);
}

test('an entry that claims more than the file is refused', () => {
  const file = torchFile('N.');
  const view = new DataView(file.buffer, file.byteOffset);
  for (const field of [20, 24]) view.setUint32(firstRecord(file) + field, 4_000_000_000, true);
  expect(refusal(() => read(file))).toBe(
    `x.pt: the entries up to "archive/data.pkl" claim more bytes than the file's ${file.length}`,
  );
});

test('an entry that reaches past the end is refused', () => {
  const file = torchFile('N.');
  const view = new DataView(file.buffer, file.byteOffset);
  // The entry begins behind its header of 30 bytes and its name, so its last bytes are not there.
  for (const field of [20, 24]) view.setUint32(firstRecord(file) + field, file.length, true);
  expect(refusal(() => read(file))).toBe(
    `x.pt: expected ${file.length} bytes for "archive/data.pkl", but only ${file.length - 46} are there`,
  );
});

test('an entry that is not where the directory says is refused', () => {
  for (const place of [1, 4_294_967_295]) {
    const file = torchFile('N.');
    new DataView(file.buffer, file.byteOffset).setUint32(firstRecord(file) + 42, place, true);
    expect(refusal(() => read(file))).toBe(`x.pt: expected "archive/data.pkl" at byte ${place}, got something else`);
  }
});

test('an entry with a password is refused', () => {
  const file = torchFile('N.');
  file[firstRecord(file) + 8]! |= 1;
  expect(refusal(() => read(file))).toBe('x.pt: expected entries without a password, but "archive/data.pkl" has one');
});

test('two entries of one name are refused', () => {
  const file = zipSync({ 'a/data.pkl': pickleBytes('N.'), 'a/data.pkm': pickleBytes('N.') }, { level: 0 });
  file[file.lastIndexOf('m'.charCodeAt(0))] = 'l'.charCodeAt(0);
  expect(refusal(() => read(file))).toBe(
    'x.pt: expected entries with names of their own, but its directory repeats "a/data.pkl"',
  );
});

test('a directory that is something else is refused', () => {
  const file = torchFile('N.');
  file[firstRecord(file)]!++;
  expect(refusal(() => read(file))).toMatch(
    /^x\.pt: expected an entry of the directory at byte \d+, got something else$/,
  );
});

test('bytes that are not those which the checksum is of are refused', () => {
  const file = torchFile(tensorPickle({ storageLength: 4, shape: [4], strides: [1] }), { 0: new Uint8Array(16) });
  const at = Buffer.from(file).indexOf('archive/data/0') + 'archive/data/0'.length;
  file[at]!++;
  // Python's zlib.crc32(bytes(16)) and of the same with a first byte of 1, as hexadecimal.
  expect(refusal(() => read(file))).toBe(
    'x.pt: expected the checksum ecbb4b55 for "archive/data/0", got 42d3dac4: the file is damaged',
  );
});

test('a checksum of 0 is none: torch.serialization.set_crc32_options(False) writes it', () => {
  const file = torchFile('K\x07.');
  new DataView(file.buffer, file.byteOffset).setUint32(firstRecord(file) + 16, 0, true);
  expect(read(file)).toBe(7);
});

test('a directory that says it has billions of entries is refused at once', () => {
  const file = torchFile('N.');
  const directory = file.subarray(firstRecord(file), file.length - 22);
  // A zip64 end record with 2^32 - 1 entries, its locator, and an ordinary end record that is only looked for.
  const bytes = new Uint8Array(file.length + 76);
  bytes.set(file.subarray(0, file.length - 22));
  const end = firstRecord(file) + directory.length;
  const view = new DataView(bytes.buffer);
  view.setUint32(end, 0x06064b50, true);
  view.setUint32(end + 32, 2 ** 32 - 1, true);
  view.setUint32(end + 48, firstRecord(file), true);
  view.setUint32(end + 56, 0x07064b50, true);
  view.setUint32(end + 64, end, true);
  bytes.set(file.subarray(file.length - 22), end + 76);
  expect(refusal(() => read(bytes))).toBe(
    `x.pt: expected at most 1 entries in the directory at byte ${firstRecord(file)}, got ${2 ** 32 - 1}`,
  );
  view.setBigUint64(end + 64, 2n ** 63n, true);
  expect(refusal(() => read(bytes))).toBe(
    `x.pt: expected the end of the zip64 directory at byte ${2 ** 63}, got something else`,
  );
});

test.each([
  ['a last element outside', { storageLength: 4, shape: [2, 3], strides: [3, 1] }, 'but it reaches element 5'],
  ['an offset outside', { storageLength: 4, offset: 4, shape: [1], strides: [1] }, 'but it reaches element 4'],
  ['a negative offset', { storageLength: 4, offset: -1, shape: [1], strides: [1] }, 'got something else'],
  ['a negative stride', { storageLength: 4, offset: 3, shape: [4], strides: [-1] }, 'got something else'],
  ['strides of another rank', { storageLength: 4, shape: [2, 2], strides: [1] }, 'got something else'],
  ['gigabytes of one number', { storageLength: 4, shape: [2 ** 30], strides: [0] }, 'repeated elements'],
  [
    'more elements than numbers count',
    { storageLength: 4, shape: Array(40).fill(2 ** 30), strides: Array(40).fill(0) },
    'repeated',
  ],
  [
    'more dimensions than PyTorch has',
    { storageLength: 4, shape: Array(65).fill(1), strides: Array(65).fill(1) },
    'got something else',
  ],
  ['a storage longer than its bytes', { storageLength: 5, shape: [2], strides: [1] }, 'got 16 bytes'],
  [
    'a storage of complex numbers',
    { storageLength: 2, shape: [1], strides: [1], storageType: 'ComplexFloatStorage' },
    'ComplexFloatStorage',
  ],
])('refuses a tensor with %s', (_, tensor, message) => {
  expect(refusal(() => read(torchFile(tensorPickle(tensor), { 0: new Uint8Array(16) })))).toContain(message);
});

test('refuses a tensor whose storage is not there', () => {
  expect(refusal(() => read(torchFile(tensorPickle({ storageLength: 1, shape: [1], strides: [1] }))))).toContain(
    'expected a storage "0", which its pickle refers to, got none',
  );
});

test('refuses a call of a storage type', () => {
  expect(refusal(() => read(torchFile('ctorch\nFloatStorage\n)R.')))).toContain('torch.FloatStorage to be named only');
});

test('storages are shared, not copied, however many tensors are over them', () => {
  const one = tensorPickle({ storageLength: 4, shape: [4], strides: [1] }).slice(2, -1);
  const file = torchFile(`](${one.repeat(1000)}e.`, { 0: new Uint8Array(16) });
  const tensors = read(file) as Tensor[];
  expect(tensors).toHaveLength(1000);
  expect([...tensors[999]!.toFloat32()]).toEqual([0, 0, 0, 0]);
});

const tar = new Uint8Array(512);
tar.set(pickleBytes('ustar'), 257);

test.each([
  ['an empty file', new Uint8Array(0), 'got an empty file'],
  ['a WAV file', pickleBytes('RIFF\x00\x00\x00\x00WAVE'), 'got a file that begins with 52 49 46 46'],
  ['a tar archive', tar, 'got a tar archive'],
  [
    'a file from before 1.6',
    pickleBytes('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.'),
    'save it again with torch.save',
  ],
  [
    'a zip of something else',
    zipSync({ 'a.txt': new Uint8Array(1) }, { level: 0 }),
    'with one data.pkl, as torch.save writes it, got 0',
  ],
  ['an empty zip', zipSync({}), 'got 0'],
  [
    'TorchScript',
    zipSync({ 'a/data.pkl': pickleBytes('N.'), 'a/constants.pkl': pickleBytes(').') }, { level: 0 }),
    'a TorchScript program',
  ],
  [
    'big-endian tensors',
    zipSync({ 'a/data.pkl': pickleBytes('N.'), 'a/byteorder': pickleBytes('big') }, { level: 0 }),
    'little-endian',
  ],
])('refuses %s', (_, bytes, message) => {
  expect(refusal(() => read(bytes))).toContain(message);
});

test('a comment behind the directory is passed over, as far as a zip may have one', () => {
  const commented = (length: number) => Buffer.concat([torchFile('K\x07.'), Buffer.alloc(length, 'PK')]);
  expect(read(commented(65_535))).toBe(7);
  expect(refusal(() => read(commented(65_536)))).toContain('it has no directory');
});

test('reads what PyTorch 2 adds beside the tensors', () => {
  const file = zipSync(
    {
      'a/data.pkl': pickleBytes('K\x07.'),
      'a/byteorder': pickleBytes('little'),
      'a/.format_version': pickleBytes('1'),
      'a/.data/serialization_id': pickleBytes('0636457737946401051300000025273995036293'),
      'a/version': pickleBytes('3\n'),
    },
    { level: 0 },
  );
  expect(read(file)).toBe(7);
});
