import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../../src/training/tensorboard/crc32c.ts';
import { bitCrc32c } from './read-events.ts';

/** The SCSI Read (10) command of RFC 3720, B.4. */
const READ_COMMAND =
  '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' + '0200000000000000';

// RFC 3720, B.4, whose checksums stand lowest byte first; the last is the check value of the catalogue of CRC algorithms.
test.each([
  ['32 bytes of 0', new Uint8Array(32), 'aa36918a'],
  ['32 bytes of 255', new Uint8Array(32).fill(255), '43aba862'],
  ['bytes that rise from 0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), '4e79dd46'],
  ['bytes that fall from 31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), '5cdb3f11'],
  ['a command', Buffer.from(READ_COMMAND, 'hex'), '563a96d9'],
  ['123456789', Buffer.from('123456789'), '839206e3'],
])('%s give the published checksum', (_, bytes, expected) => {
  const lowestFirst = Buffer.alloc(4);
  lowestFirst.writeUInt32LE(crc32c(bytes));
  expect(lowestFirst.toString('hex')).toBe(expected);
});

test('any bytes give what the definition gives bit by bit', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32c(bytes) === bitCrc32c(bytes)));
});
