import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileRows, type DeviceMemory, openDeviceMemory } from '../../src/engine/onnxruntime/resident.ts';
import { Graph } from '../../src/graph/graph.ts';
import { symbolic } from '../../src/graph/shape.ts';
import { tensor } from '../graph/tensors.ts';

// Programs whose rows stay on their device run on the CPU as on any other; test/webgpu has them where tensors are out of reach.

/** a + b · scale, of a and b [batch, time] in rows and scale [batch, 1] from outside; and a itself. */
function scaled(): Graph {
  const graph = new Graph();
  const batch = symbolic('batch');
  const a = graph.input('a', [batch, symbolic('time')]);
  const b = graph.input('b', [batch, symbolic('time')]);
  const part = graph.apply({ name: 'mul', attributes: {} }, b, graph.input('scale', [batch, 1]));
  graph.output('sum', graph.apply({ name: 'add', attributes: {} }, a, part));
  graph.output('same', a);
  return graph;
}

const compiled = (count: number) =>
  compileRows(scaled(), 'inputs', { count, names: new Set(['a', 'b', 'sum', 'same']) }, {});

let memory: DeviceMemory;
beforeAll(async () => {
  memory = await openDeviceMemory({});
});
afterAll(() => memory.dispose());

const place = (...numbers: number[]) => memory.place(Float32Array.from(numbers));
const read = async (value: Parameters<DeviceMemory['read']>[0]) => [...(await memory.read(value))];

test('what is placed is a copy, and so is what is read', async () => {
  const numbers = Float32Array.of(1, 2, 3);
  const placed = await memory.place(numbers);
  numbers.fill(0);
  expect(placed.shape).toEqual([1, 3]);
  (await memory.read(placed)).fill(0);
  expect(await read(placed)).toEqual([1, 2, 3]);
  placed.dispose();
});

test('rows come back in their order, are read by other programs, and may each stand for several', async () => {
  const [one, three] = await Promise.all([compiled(1), compiled(3)]);
  const first = await one.run({ scale: tensor([1, 1], 2) }, { a: [await place(1, 2)], b: [await place(10, 20)] });
  const [sum, same] = [first.sum![0]!, first.same![0]!];
  expect(await read(sum)).toEqual([21, 42]);
  const results = await three.run({ scale: tensor([3, 1], 1, 10, 100) }, { a: [sum, same, sum], b: [same, sum, sum] });
  expect(await Promise.all(results.sum!.map(read))).toEqual([
    [22, 44],
    [211, 422],
    [2121, 4242],
  ]);
  expect(await Promise.all(results.same!.map(read))).toEqual([
    [21, 42],
    [1, 2],
    [21, 42],
  ]);
  await Promise.all([one.dispose(), three.dispose()]);
});

test('another number of rows is refused by name', async () => {
  const program = await compiled(3);
  const row = await place(1);
  await expect(program.run({ scale: tensor([3, 1], 1, 1, 1) }, { a: [row, row], b: [row, row, row] })).rejects.toThrow(
    new RangeError('a: 3 rows were expected, got 2'),
  );
  await program.dispose();
});
