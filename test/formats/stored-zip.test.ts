import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { writeStoredZip } from '../../src/formats/stored-zip.ts';
import { storedZipEntries } from '../../src/formats/zip-entries.ts';
import { refusal } from './refusal.ts';

const name = fc.string({ unit: 'grapheme', maxLength: 100 }).filter((text) => text !== '__proto__');
const files = fc.dictionary(name, fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 }), { maxKeys: 5 });

test('fflate and our own reader find what was written', () => {
  fc.assert(
    fc.property(files, (parts) => {
      const entries = Object.entries(parts).map(([key, list]) => ({ name: key, parts: list }));
      const wanted = entries.map(({ name: key, parts: list }) => [key, new Uint8Array(Buffer.concat(list))] as const);
      const bytes = writeStoredZip(entries);
      expect(storedZipEntries(bytes, 'x.zip')).toEqual(new Map(wanted));
      expect(new Map(Object.entries(unzipSync(bytes)))).toEqual(new Map(wanted));
    }),
  );
});

test('every entry begins at a multiple of 64', () => {
  fc.assert(
    fc.property(files, (parts) => {
      const bytes = writeStoredZip(Object.entries(parts).map(([key, list]) => ({ name: key, parts: list })));
      for (const content of storedZipEntries(bytes, 'x.zip').values()) {
        expect(content.byteOffset % 64).toBe(0);
      }
    }),
  );
});

test('the date is fixed, and the checksum that of the whole entry', () => {
  const parts = [Buffer.from('12345'), Buffer.from('6789')];
  const bytes = writeStoredZip([{ name: 'a', parts }]);
  const view = new DataView(bytes.buffer);
  // The published check value of CRC-32 is that of '123456789'.
  expect(view.getUint32(14, true)).toBe(0xcbf43926);
  // DOS time and date: 0:00 on day 1 of month 1 of the year 1980 + 0.
  expect([view.getUint16(10, true), view.getUint16(12, true)]).toEqual([0, (0 << 9) | (1 << 5) | 1]);
});

test('refuses more entries than the format counts', () => {
  const entry = { name: '', parts: [] };
  const many = Array.from({ length: 65_535 }, () => entry);
  expect(refusal(() => writeStoredZip(many))).toBe('a zip file: expected at most 65534 entries, got 65535');
});

test('refuses more bytes than the format counts, before it asks for memory', () => {
  const part = new Uint8Array(2 ** 24);
  const entry = { name: '', parts: Array.from({ length: 256 }, () => part) };
  expect(refusal(() => writeStoredZip([entry]))).toBe(
    `a zip file: expected at most 4294967294 bytes, got ${2 ** 32 + 64 + 46 + 22}`,
  );
});
