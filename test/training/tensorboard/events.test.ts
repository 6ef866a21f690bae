import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readWav } from '../../../src/audio/wav.ts';
import { InputError } from '../../../src/formats/input-error.ts';
import { type EventWriter, openEvents } from '../../../src/training/tensorboard/events.ts';
import { readPng } from '../../formats/read-png.ts';
import { bytes, number, readEvents, readRecords, text } from './read-events.ts';

const FIXTURE = readFileSync(new URL('./fixtures/tensorboard.tfevents', import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wavegrad-events-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const at = (seconds: number) => () => seconds;
const names = () => readdirSync(folder).sort();
const file = (name: string) => readFileSync(join(folder, name));
const name = (seconds: number | string) => `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`;

/** The events that `add` adds to a new file, behind the two that it begins with. */
async function written(add: (events: EventWriter) => void) {
  const events = await openEvents(folder, { wallTime: at(1700000000.5) });
  add(events);
  await events.close();
  return readEvents(file(names()[0]!)).slice(2);
}

const PICTURE = { width: 1, height: 2, rgb: Uint8Array.of(1, 2, 3, 4, 5, 6) };

test("the file is TensorBoard's own, byte for byte", async () => {
  // A quarter of a second passes from call to call; the first is for the name.
  let calls = 0;
  const wallTime = () => 1700000000 + calls++ / 4;
  const events = await openEvents(folder, { wallTime, from: 41 });
  events.scalar('train/loss', 0.1, 42);
  events.scalar('train/loss', Number.NaN, 43);
  events.scalar('train/loss', Infinity, 44);
  events.audio('audio/truth', Float32Array.of(0, 0.5, -1), 16000, 300);
  events.text('config', 'Größe **3**', 2 ** 40);
  events.image('mel', PICTURE, 300);
  await events.close();
  const hex = (file: Uint8Array) => readRecords(file).map((record) => Buffer.from(record).toString('hex'));
  const all = hex(file(name(1700000000)));
  const expected = hex(FIXTURE);
  expect(all).toHaveLength(expected.length);
  // The last holds a picture, which there was nothing to compress for.
  expect(all.slice(0, -1)).toEqual(expected.slice(0, -1));
});

describe('the reader of these tests', () => {
  test('reads what TensorBoard wrote', () => {
    const events = readEvents(FIXTURE);
    expect(events.map(({ wallTime }) => wallTime)).toEqual(events.map((_, i) => 1700000000.25 + i / 4));
    expect(events.map(({ step }) => step)).toEqual([undefined, 42, 42, 43, 44, 300, 2 ** 40, 300]);
    expect(events[0]!.fileVersion).toBe('brain.Event:2');
    expect(events[1]!.sessionStatus).toBe(1);
    expect(events.slice(2, 5).map(({ scalar }) => scalar)).toEqual([Math.fround(0.1), Number.NaN, Infinity]);
    expect(number(events[5]!.audio, 1)).toBe(16000);
    expect(text(events[6]!.tensor, 8)).toBe('Größe **3**');
    expect(events[6]!.plugin).toBe('text');
    expect([1, 2, 3].map((field) => number(events[7]!.image, field))).toEqual([2, 1, 3]);
    expect(text(events[7]!.image, 4)).toBe('PNG');
  });

  test('sees every flipped bit, and a file that was cut off', () => {
    for (let bit = 0; bit < 8 * FIXTURE.length; bit++) {
      const damaged = Uint8Array.from(FIXTURE);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => readEvents(damaged), `bit ${bit}`).toThrow();
    }
    expect(() => readEvents(FIXTURE.subarray(0, -1))).toThrow();
  });
});

test('a scalar is kept as a float32, finite or not', async () => {
  const values = [0, -0, 1 / 3, 1e-45, 3e38, 1e39, -Infinity, Number.NaN];
  const read = await written((events) => {
    for (const [i, value] of values.entries()) events.scalar('a/b c', value, i);
  });
  expect(read.map(({ scalar }) => scalar)).toEqual(values.map(Math.fround));
  expect(read.map(({ step }) => step)).toEqual(values.map((_, i) => i));
  expect(read.map(({ tag }) => tag)).toEqual(values.map(() => 'a/b c'));
});

test('sound is a WAV of 16 bits, clipped', async () => {
  const [event] = await written((events) => events.audio('sound', Float32Array.of(0.25, 2, -2, 1e-6), 22050, 5));
  expect([1, 2, 3].map((field) => number(event!.audio, field))).toEqual([22050, 1, 4]);
  expect(text(event!.audio, 5)).toBe('audio/wav');
  const { samples, sampleRate } = readWav(bytes(event!.audio, 4)!, 'the event');
  expect(sampleRate).toBe(22050);
  expect([...samples]).toEqual([0.25, 1 - 1 / 32768, -1, 0]);
});

test('a picture is a PNG', async () => {
  const [event] = await written((events) => events.image('picture', PICTURE, 5));
  // Height, width, and 3 for RGB.
  expect([1, 2, 3].map((field) => number(event!.image, field))).toEqual([2, 1, 3]);
  expect(readPng(bytes(event!.image, 4)!)).toEqual(PICTURE);
});

test('flushed events are in the file, and those that follow come behind them', async () => {
  const events = await openEvents(folder, { wallTime: at(1700000000) });
  for (let step = 1; step <= 3; step++) {
    for (const tag of ['a', 'b']) events.scalar(tag, step, step);
    await events.flush();
    expect(readEvents(file(name(1700000000)))).toHaveLength(2 + 2 * step);
  }
  await events.close();
  const order = readEvents(file(name(1700000000))).map(({ tag, step }) => `${tag} ${step}`);
  expect(order.slice(2)).toEqual(['a 1', 'b 1', 'a 2', 'b 2', 'a 3', 'b 3']);
});

describe('what a file begins with', () => {
  test.each([
    ['a run that begins, with a start at step 0', undefined, 0],
    ['a run that goes on from step 0, with a start at step 1', 0, 1],
    ['a run that goes on from step 500, with a start at step 501', 500, 501],
  ])('%s', async (_, from, start) => {
    await (await openEvents(folder, { wallTime: at(1700000000), ...(from !== undefined && { from }) })).close();
    const [first, second, ...rest] = readEvents(file(name(1700000000)));
    expect(first).toMatchObject({ fileVersion: 'brain.Event:2', step: undefined });
    expect(second).toMatchObject({ sessionStatus: 1, step: start });
    expect(rest).toEqual([]);
  });
});

describe('the name', () => {
  const open = async (seconds: number) => (await openEvents(folder, { wallTime: at(seconds) })).close();

  test('has ten digits of seconds, the host and the process', async () => {
    await open(12.9);
    expect(names()).toEqual([name('0000000012')]);
  });

  test('sorts behind the files that are there, of the same second, of a clock that was fast, or of another program', async () => {
    const other = 'events.out.tfevents.1700000100.elsewhere.7.0';
    writeFileSync(join(folder, other), 'of another program');
    for (const seconds of [1700000000, 1700000000, 1700000200.7]) await open(seconds);
    expect(names()).toEqual([other, name(1700000101), name(1700000102), name(1700000200)]);
    expect(file(other).toString()).toBe('of another program');
  });

  test('is of no other file, even of writers that open at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => open(1700000000)));
    expect(names()).toEqual(Array.from({ length: 5 }, (_, i) => name(1700000000 + i)));
    for (const each of names()) expect(readEvents(file(each))).toHaveLength(2);
  });
});

test('missing folders are made', async () => {
  await (await openEvents(join(folder, 'a', 'b'), { wallTime: at(1700000000) })).close();
  expect(readdirSync(join(folder, 'a', 'b'))).toHaveLength(1);
});

test('a folder that cannot be one is refused in one sentence', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  await expect(openEvents(path, { wallTime: at(0) })).rejects.toThrow(InputError);
  await expect(openEvents(path, { wallTime: at(0) })).rejects.toThrow(
    `${path}: no event file can be made there: EEXIST: file already exists, mkdir '${path}'`,
  );
});
