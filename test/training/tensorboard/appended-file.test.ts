import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InputError } from '../../../src/formats/input-error.ts';
import { appendedFile } from '../../../src/training/tensorboard/appended-file.ts';

let folder: string;
let path: string;
let handle: FileHandle;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wavegrad-appended-'));
  path = join(folder, 'file');
  handle = await open(path, 'wx');
});

afterEach(async () => {
  await handle.close();
  rmSync(folder, { recursive: true });
});

const content = () => readFileSync(path, 'latin1');
const piece = (text: string) => Buffer.from(text, 'latin1');

/** A disk with room for so many bytes: it takes what fits, at most 5 at once, and then there is no more space. */
function onDisk(room: { bytes: number }, writes: string[] = []): FileHandle {
  const write = (buffer: Buffer, offset: number, length: number, position: number) => {
    writes.push(buffer.toString('latin1', offset, offset + length));
    const fitting = Math.min(length, room.bytes - position, 5);
    if (fitting > 0) return handle.write(buffer, offset, fitting, position);
    return Promise.reject(new Error('ENOSPC: no space left on device, write'));
  };
  return { write, close: () => handle.close() } as unknown as FileHandle;
}

const FULL = (where: string) =>
  new InputError(`${where}: the events cannot be written: ENOSPC: no space left on device, write`);

test('a flush has everything in the file, in order', async () => {
  const file = appendedFile(handle, path);
  file.add(piece('one '));
  file.add(piece('two '));
  await file.flush();
  expect(content()).toBe('one two ');
  file.add(piece('three '));
  const first = file.flush();
  file.add(piece('four '));
  await Promise.all([first, file.flush()]);
  expect(content()).toBe('one two three four ');
  file.add(piece('five'));
  await file.close();
  expect(content()).toBe('one two three four five');
  await expect(handle.stat()).rejects.toThrow(/EBADF|closed/);
});

test('what one turn of the event loop adds is written together, without a flush', async () => {
  const writes: string[] = [];
  const file = appendedFile(onDisk({ bytes: 100 }, writes), path);
  file.add(piece('one '));
  file.add(piece('two'));
  while (content().length < 7) await setImmediate();
  expect(writes).toEqual(['one two', 'wo']);
  file.add(piece('!'));
  while (content().length < 8) await setImmediate();
  expect(content()).toBe('one two!');
});

test('a full disk is told by a flush, and what did not fit is written whole once there is space', async () => {
  const room = { bytes: 10 };
  const writes: string[] = [];
  const file = appendedFile(onDisk(room, writes), path);
  file.add(piece('one '));
  await file.flush();
  // So that the write of its own is behind it too.
  await setImmediate();
  await file.flush();
  file.add(piece('two two '));
  // No flush has told yet: an unhandled rejection would end the test.
  while (writes.length < 4) await setImmediate();
  await setImmediate();
  expect(content()).toBe('one two tw');
  file.add(piece('three '));
  await setImmediate();
  expect(writes).toEqual(['one ', 'two two ', 'wo ', 'o ']);
  await expect(file.flush()).rejects.toThrow(FULL(path));
  await expect(file.flush()).rejects.toBeInstanceOf(InputError);
  room.bytes = 100;
  await file.flush();
  expect(content()).toBe('one two two three ');
  // It writes by itself again.
  file.add(piece('four'));
  while (content().length < 22) await setImmediate();
  expect(content()).toBe('one two two three four');
});

test('what comes while a write fails stays behind what that write had', async () => {
  const room = { bytes: 2 };
  const writes: string[] = [];
  const file = appendedFile(onDisk(room, writes), path);
  file.add(piece('one '));
  const flushed = file.flush();
  while (writes.length === 0) await setImmediate();
  file.add(piece('two'));
  await expect(flushed).rejects.toThrow(FULL(path));
  room.bytes = 100;
  await file.flush();
  expect(content()).toBe('one two');
});

test('a close on a full disk tells, and closes', async () => {
  const file = appendedFile(onDisk({ bytes: 2 }), path);
  file.add(piece('one'));
  await expect(file.close()).rejects.toThrow(FULL(path));
  await expect(handle.stat()).rejects.toThrow(/EBADF|closed/);
});
