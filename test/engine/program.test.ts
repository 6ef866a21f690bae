import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEVICES } from '../../src/engine/engine.ts';
import { compile } from '../../src/engine/onnxruntime/program.ts';
import { onnxRuntimeVersion } from '../../src/engine/onnxruntime/runtime.ts';
import { Graph } from '../../src/graph/graph.ts';
import { symbolic } from '../../src/graph/shape.ts';
import { randomTensor, tensor } from '../graph/tensors.ts';
import { ENGINES } from './engines.ts';

/** y = x + bias, and x itself, for x [batch, 2, 3 · frames]. */
function shifted(): Graph {
  const graph = new Graph();
  const x = graph.input('x', [symbolic('batch'), 2, symbolic('frames', 3)]);
  graph.output('sum', graph.apply({ name: 'add', attributes: {} }, x, graph.parameter('bias', [1, 2, 1])));
  graph.output('same', x);
  return graph;
}

const bias = new Map([['bias', Float32Array.of(10, 20)]]);

describe.each(ENGINES)('a program of %s', (_, compile) => {
  test('one program runs any sizes of its symbols, and gives every output by name', async () => {
    const program = await compile(shifted(), bias);
    for (const [batch, frames] of [
      [1, 1],
      [3, 7],
      [2, 1],
    ] as const) {
      const x = randomTensor([batch, 2, 3 * frames], 1);
      const { sum, same } = await program.run({ x });
      expect(sum!.shape).toEqual(x.shape);
      expect(sum!.data).toEqual(x.data.map((value, i) => value + (Math.floor(i / (3 * frames)) % 2 === 0 ? 10 : 20)));
      expect(same).toEqual({ shape: x.shape, data: x.data });
    }
    await program.dispose();
  });

  test('parameters may come with each run instead, as inputs of their names', async () => {
    const program = await compile(shifted(), 'inputs');
    const x = tensor([1, 2, 3], 1, 2, 3, 4, 5, 6);
    for (const [first, second] of [
      [10, 20],
      [-1, 0],
    ] as const) {
      const { sum } = await program.run({ x, bias: tensor([1, 2, 1], first, second) });
      expect([...sum!.data]).toEqual([1 + first, 2 + first, 3 + first, 4 + second, 5 + second, 6 + second]);
    }
    await program.dispose();
  });

  describe('memory that outputs are written to', () => {
    const x = tensor([1, 2, 3], 1, 2, 3, 4, 5, 6);
    const weights = { bias: tensor([1, 2, 1], 10, 20) };
    const sums = [11, 12, 13, 24, 25, 26];

    test('holds them in place, for as many of them as it is given, run after run', async () => {
      const program = await compile(shifted(), 'inputs');
      // In the midst of other numbers, as one array holds all gradients of training.
      const all = new Float32Array(8).fill(-1);
      const into = { sum: { shape: [1, 2, 3], data: all.subarray(1, 7) } };
      const first = await program.run({ x, ...weights }, into);
      expect(first.sum).toBe(into.sum);
      expect(first.same).toEqual(x);
      expect([...all]).toEqual([-1, ...sums, -1]);
      await program.run({ x: tensor([1, 2, 3], 0, 0, 0, 0, 0, 0), ...weights }, into);
      expect([...all]).toEqual([-1, 10, 10, 10, 20, 20, 20, -1]);
      await program.dispose();
    });

    test.each([
      ['of more numbers', tensor([1, 2, 6], ...sums, ...sums), /\bsum\b.*[{[]1, ?2, ?6[}\]]/],
      ['of fewer numbers', tensor([1, 1, 3], 1, 2, 3), /\bsum\b/],
      ['of the same numbers in another shape', tensor([2, 1, 3], ...sums), /\bsum\b/],
      ['that does not fill its shape', tensor([1, 2, 3], 1, 2), /^sum: \[1, 2, 3\] takes 6 numbers, got 2$/],
    ])('%s is refused by name', async (_, sum, message) => {
      const program = await compile(shifted(), 'inputs');
      await expect(program.run({ x, ...weights }, { sum })).rejects.toThrow(message);
      await program.dispose();
    });

    test('for an output that there is not is refused by name', async () => {
      const program = await compile(shifted(), 'inputs');
      await expect(program.run({ x, ...weights }, { total: x })).rejects.toThrow(
        new RangeError('the program has no output total'),
      );
      await program.dispose();
    });
  });

  test('weights that are missing are named', async () => {
    await expect(compile(shifted(), new Map())).rejects.toThrow('no weights are given for bias');
  });

  test('weights of another size are named, with both sizes', async () => {
    await expect(compile(shifted(), new Map([['bias', new Float32Array(3)]]))).rejects.toThrow(
      'bias takes 2 weights, got 3',
    );
  });

  test.each([
    ['another number of channels', tensor([1, 3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9)],
    ['another rank', tensor([2, 3], 1, 2, 3, 4, 5, 6)],
  ])('an input of %s is refused by name', async (_, x) => {
    const program = await compile(shifted(), bias);
    await expect(program.run({ x })).rejects.toThrow(/\bx\b/);
    await program.dispose();
  });

  test('an input whose numbers do not fill its shape is refused, and one that is missing', async () => {
    const program = await compile(shifted(), bias);
    await expect(program.run({ x: { shape: [1, 2, 3], data: new Float32Array(5) } })).rejects.toThrow(
      new RangeError('x: [1, 2, 3] takes 6 numbers, got 5'),
    );
    await expect(program.run({})).rejects.toThrow("'x' is missing");
    await program.dispose();
  });
});

describe('of ONNX Runtime alone', () => {
  test('two threads give what one gives', async () => {
    const x = randomTensor([2, 2, 300], 2);
    const [one, two] = await Promise.all(
      [1, 2].map(async (threads) => {
        const program = await compile(shifted(), bias, { threads });
        const { sum } = await program.run({ x });
        await program.dispose();
        return sum!.data;
      }),
    );
    expect(two).toEqual(one);
  });

  test('the times of every node are written where they are asked for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wavegrad-profile-'));
    const program = await compile(shifted(), bias, { profile: join(folder, 'times') });
    await program.run({ x: randomTensor([1, 2, 3], 1) });
    await program.dispose();
    const [file] = readdirSync(folder);
    const events = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as { name: string }[];
    expect(events.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^Add_.*kernel_time$/));
    rmSync(folder, { recursive: true });
  });

  test('a device that does not start is named', async () => {
    // Providers of other systems are in no package for this one.
    const device = process.platform === 'darwin' ? 'dml' : 'coreml';
    expect(DEVICES).toContain(device);
    await expect(compile(shifted(), bias, { device })).rejects.toThrow(`ONNX Runtime does not start on ${device}: `);
  });

  test("the engine's version is that of its package, with the platform", async () => {
    const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
    expect(await onnxRuntimeVersion()).toBe(`onnxruntime-node ${version} ${process.platform}-${process.arch}`);
  });
});
