import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { parseQueueAddress, withoutPassword } from '../../src/pool/queue/address.ts';

describe('the address of a queue', () => {
  test.each([
    ['redis://host', { host: 'host', port: 6379, db: 0, isTls: false, shown: 'redis://host' }],
    ['rediss://host:6380/2', { host: 'host', port: 6380, db: 2, isTls: true, shown: 'rediss://host:6380/2' }],
    ['redis://[::1]:7000', { host: '::1', port: 7000, db: 0, isTls: false, shown: 'redis://[::1]:7000' }],
    [
      'redis://:s%40fe@host',
      { host: 'host', port: 6379, db: 0, isTls: false, password: 's@fe', shown: 'redis://host' },
    ],
    [
      'redis://me:secret@host:1/0',
      { host: 'host', port: 1, db: 0, isTls: false, username: 'me', password: 'secret', shown: 'redis://me@host:1/0' },
    ],
  ])('%s', (text, address) => {
    expect(parseQueueAddress(text)).toEqual(address);
  });

  test('takes a password from elsewhere where it has none', () => {
    expect(parseQueueAddress('redis://host', 'secret').password).toBe('secret');
    expect(parseQueueAddress('redis://:own@host', 'secret').password).toBe('own');
  });

  test.each(['host', 'http://:secret@host', 'redis://', 'redis://:secret@host/x', 'redis://me:secret@@:host'])(
    '%s is none, which is said without the password',
    (text) => {
      expect(() => parseQueueAddress(text)).toThrow(InputError);
      expect(() => parseQueueAddress(text)).toThrow(/^--queue: (?!.*secret).*$/);
    },
  );

  test.each([
    ['redis://:secret@host', 'redis://host'],
    ['--queue=rediss://me:se:c@ret@host/1', '--queue=rediss://me@host/1'],
    ['redis://me@host', 'redis://me@host'],
    ['--clips', '--clips'],
  ])('%s is shown as %s', (text, shown) => {
    expect(withoutPassword(text)).toBe(shown);
  });
});
