import { beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/model/load-config.ts';
import { namedParameters, type ParameterLayout, parameterCount, parameterView } from '../../src/training/parameters.ts';
import { defaultConfig, tinyConfig, tinyWeights } from '../model/tiny.ts';
import { takeTinyWeights, tinyTraining } from './tiny-training.ts';

let layout: ParameterLayout;

beforeAll(async () => {
  ({ layout } = await tinyTraining());
});

test("the parameters lie one after another, by the checkpoint's names and shapes", () => {
  let offset = 0;
  for (const slot of layout.slots) {
    expect(slot.offset).toBe(offset);
    offset += slot.length;
  }
  expect(layout.length).toBe(offset);
  const shapes = Object.fromEntries(layout.slots.map(({ name, shape }) => [name, shape]));
  expect(shapes).toEqual(Object.fromEntries([...tinyWeights()].map(([name, { shape }]) => [name, shape])));
});

// The sizes that the reference and the fixture say.
test.each([
  [tinyConfig, 26_069],
  [defaultConfig, 15_810_401],
])('the network of %s has its number of parameters', async (path, count) => {
  expect(parameterCount(await loadConfig(path))).toBe(count);
});

test('a view is a part of the array, not a copy', () => {
  const all = new Float32Array(layout.length);
  takeTinyWeights(all, layout);
  const named = namedParameters(all, layout);
  const slot = layout.slots[3]!;
  expect(named.get(slot.name)).toEqual(tinyWeights().get(slot.name)!.data);
  parameterView(all, slot)[0] = 42;
  expect(named.get(slot.name)![0]).toBe(42);
  expect(all[slot.offset]).toBe(42);
});
