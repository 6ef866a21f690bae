import { expect, test } from 'vitest';
import {
  broadcastShapes,
  dimSize,
  sameDim,
  scaleTime,
  showShape,
  symbolic,
  writtenAxes,
  writtenShape,
} from '../../src/graph/shape.ts';

const frames = symbolic('frames');

test('a symbolic dimension is its size times its number', () => {
  expect(dimSize(symbolic('frames', 300), { frames: 7, batch: 2 })).toBe(2100);
  expect(dimSize(5, {})).toBe(5);
});

test('a symbol without a size is named', () => {
  expect(() => dimSize(frames, { batch: 2 })).toThrow(new RangeError('no size is given for the dimension frames'));
});

test('dimensions are the same when number, symbol and multiple are', () => {
  expect(sameDim(3, 3)).toBe(true);
  expect(sameDim(3, 4)).toBe(false);
  expect(sameDim(symbolic('frames', 2), symbolic('frames', 2))).toBe(true);
  expect(sameDim(symbolic('frames', 2), frames)).toBe(false);
  expect(sameDim(frames, symbolic('batch'))).toBe(false);
  expect(sameDim(1, frames)).toBe(false);
});

test('time is scaled up, and down where it divides', () => {
  expect(scaleTime('up', [2, 8, 7], 3)).toEqual([2, 8, 21]);
  expect(scaleTime('down', [2, 8, 21], 1, 3)).toEqual([2, 8, 7]);
  expect(scaleTime('down', [2, 8, symbolic('frames', 300)], 1, 12)).toEqual([2, 8, symbolic('frames', 25)]);
});

test.each([
  [[1, 1, 7], 'down: a length of 7 does not divide by 2'],
  [[1, 1, symbolic('frames', 25)], 'down: a length of 25·frames does not divide by 2'],
  [[1, 7], 'down: expected [batch, channels, time], got [1, 7]'],
])('a shape whose time does not scale is shown: %j', (shape, message) => {
  expect(() => scaleTime('down', shape, 1, 2)).toThrow(new RangeError(message));
});

test('a shape is shown as people write it', () => {
  expect(showShape([symbolic('batch'), 80, symbolic('frames', 300)])).toBe('[batch, 80, 300·frames]');
  expect(showShape([])).toBe('[]');
});

test('ones broadcast against numbers and symbols, on either side', () => {
  expect(broadcastShapes('add', [1, 4, frames], [3, 1, 1])).toEqual([3, 4, frames]);
  expect(broadcastShapes('add', [1], [frames])).toEqual([frames]);
});

test('shapes that do not broadcast are both shown, with the operation', () => {
  expect(() => broadcastShapes('mul', [2, frames], [2, 3])).toThrow(
    new RangeError('mul: shapes [2, frames] and [2, 3] do not broadcast'),
  );
});

test('rank 3 is written with one row, other ranks as they are', () => {
  expect(writtenShape([2, 80, 12])).toEqual([2, 80, 1, 12]);
  expect(writtenShape([2, 80])).toEqual([2, 80]);
  expect(writtenShape([2])).toEqual([2]);
});

test.each([
  [0, [1, 80, 12]],
  [1, [2, 1, 12]],
  [2, [2, 80, 1]],
])('dropping axis %i as written leaves the written form of what is left', (axis, shape) => {
  const dropped = writtenShape(shape).filter((_, at) => !writtenAxes(axis, 3).includes(at));
  expect(dropped).toEqual(shape.filter((_, at) => at !== axis));
});
