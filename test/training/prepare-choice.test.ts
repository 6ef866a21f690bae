import { describe, expect, test } from 'vitest';
import { chooseRecordings, countBy, type Recording } from '../../src/training/prepare-choice.ts';

/** A recording of a second, with a sound of its own. */
function recording(name: string, changes: Partial<Recording> = {}): Recording {
  const sampleRate = changes.sampleRate ?? 16000;
  return {
    path: `/r/${name}`,
    sampleRate,
    channels: 1,
    length: sampleRate,
    peak: 0.5,
    rms: 0.1,
    hash: name,
    ...changes,
  };
}

const names = (recordings: readonly { readonly path: string }[]) => recordings.map(({ path }) => path.slice(3));

describe('chooseRecordings', () => {
  test('takes the rate that most recordings have, and says of the others that they have another', () => {
    const all = [recording('a'), recording('b', { sampleRate: 22050 }), recording('c')];
    expect(chooseRecordings(all, {})).toEqual({
      chosen: [all[0], all[2]],
      leftOut: [{ path: '/r/b', why: 'rate', message: 'expected 16000 Hz, as most recordings have, got 22050 Hz' }],
      sampleRate: 16000,
      rates: [
        [16000, 2],
        [22050, 1],
      ],
    });
  });

  test('takes the higher one of two rates that are as frequent, whichever comes first', () => {
    const all = [recording('a'), recording('b', { sampleRate: 22050 })];
    for (const order of [all, all.toReversed()]) {
      expect(chooseRecordings(order, {}).sampleRate).toBe(22050);
      expect(names(chooseRecordings(order, {}).chosen)).toEqual(['b']);
    }
  });

  test('takes another rate where one is given, even if there is none', () => {
    const all = [recording('a'), recording('b', { sampleRate: 22050 }), recording('c')];
    const { chosen, leftOut } = chooseRecordings(all, { rate: 22050 });
    expect(names(chosen)).toEqual(['b']);
    expect(leftOut[0]).toEqual({ path: '/r/a', why: 'rate', message: 'expected 22050 Hz, got 16000 Hz' });
    expect(chooseRecordings(all, { rate: 8000 })).toMatchObject({ chosen: [], sampleRate: 8000 });
  });

  test('takes recordings from the shortest to the longest that are wanted, both included', () => {
    const seconds = [0.99, 1, 1.5, 2, 2.01];
    const all = seconds.map((length, i) => recording(`${i}`, { length: Math.round(length * 16000) }));
    const { chosen, leftOut } = chooseRecordings(all, { minSeconds: 1, maxSeconds: 2 });
    expect(names(chosen)).toEqual(['1', '2', '3']);
    expect(leftOut).toEqual([
      { path: '/r/0', why: 'short', message: 'expected at least 1 s, got 0.99 s' },
      { path: '/r/4', why: 'long', message: 'expected at most 2 s, got 2.01 s' },
    ]);
  });

  test('takes the first of several that sound the same', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => recording(name, { hash: name === 'b' ? 'other' : 'same' }));
    const { chosen, leftOut } = chooseRecordings(all, {});
    expect(names(chosen)).toEqual(['a', 'b']);
    expect(leftOut).toEqual([
      { path: '/r/c', why: 'duplicate', message: 'expected another sound, got that of /r/a' },
      { path: '/r/d', why: 'duplicate', message: 'expected another sound, got that of /r/a' },
    ]);
  });

  test('takes one whose double has another rate', () => {
    const all = [recording('a', { sampleRate: 8000, hash: 'same' }), recording('b', { hash: 'same' }), recording('c')];
    expect(names(chooseRecordings(all, {}).chosen)).toEqual(['b', 'c']);
  });

  test.each(['a\nb.wav', 'a\rb.wav'])('leaves out what a list cannot name: %j', (name) => {
    const { chosen, leftOut } = chooseRecordings([recording(name), recording('c')], {});
    expect(names(chosen)).toEqual(['c']);
    expect(leftOut.map(({ why }) => why)).toEqual(['name']);
  });

  test('of nothing takes nothing', () => {
    expect(chooseRecordings([], {})).toEqual({ chosen: [], leftOut: [], sampleRate: undefined, rates: [] });
  });
});

test('countBy has the most frequent first, and equally frequent ones as they come', () => {
  expect(countBy(['a', 'b', 'c', 'b', 'c', 'a', 'b'], (letter) => letter)).toEqual([
    ['b', 3],
    ['a', 2],
    ['c', 2],
  ]);
});
