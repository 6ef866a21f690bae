import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateStep, Graph } from '../../../src/graph/graph.ts';
import { OPERATIONS, type OperationName } from '../../../src/graph/operations/index.ts';
import { dimSize } from '../../../src/graph/shape.ts';
import { ENGINES } from '../../engine/engines.ts';
import { relativeDistance } from '../distance.ts';
import { CASES } from './cases.ts';
import { type Operands, tensorsFor } from './operands.ts';

/** Of the largest magnitude: float32's 6e-8 over sums of at most 80 products. */
const TOLERANCE = 1e-5;

const names = Object.keys(OPERATIONS) as OperationName[];

/** The operands as graph nodes, with random numbers, and what the operation's plain definition makes of them. */
function programOf(operands: Operands, seed: number) {
  const { step, shapes, sizes, weights = [] } = operands;
  const tensors = tensorsFor(operands, seed);
  const graph = new Graph();
  const values = shapes.map((shape, i) =>
    weights.includes(i) ? graph.parameter(`x${i}`, shape as number[]) : graph.input(`x${i}`, shape),
  );
  const result = graph.apply(step, ...values);
  graph.output('result', result);
  const named = tensors.map((tensor, i) => [`x${i}`, tensor] as const);
  return {
    graph,
    weights: new Map(named.filter((_, i) => weights.includes(i)).map(([name, { data }]) => [name, data])),
    inputs: Object.fromEntries(named.filter((_, i) => !weights.includes(i))),
    shape: result.shape.map((dim) => dimSize(dim, sizes)),
    expected: evaluateStep(step, tensors),
  };
}

test('every operation of the table has cases', () => {
  expect(Object.keys(CASES).sort()).toEqual(names.toSorted());
});

test.each(names)('%s is in the table under its own name', (name) => {
  expect(OPERATIONS[name].name).toBe(name);
});

describe.each(names)('%s', (name) => {
  const { fitting, misfits } = CASES[name];

  test("its shape rule gives the plain definition's shape", () => {
    fc.assert(
      fc.property(fitting, (operands) => {
        const { shape, expected } = programOf(operands, 1);
        expect(shape).toEqual(expected.shape);
        expect(expected.data).toHaveLength(shape.reduce((product, size) => product * size, 1));
      }),
    );
  });

  test.each(ENGINES)('%s computes its plain definition', async (_, compile) => {
    await fc.assert(
      fc.asyncProperty(fitting, fc.nat(1e6), async (operands, seed) => {
        const { graph, weights, inputs, expected } = programOf(operands, seed);
        const program = await compile(graph, weights);
        const { result } = await program.run(inputs);
        await program.dispose();
        expect(result!.shape).toEqual(expected.shape);
        expect(relativeDistance(result!.data, expected.data)).toBeLessThan(TOLERANCE);
      }),
      { numRuns: 40 },
    );
  });

  test.for(misfits)('refuses %s', ([, step, shapes, message]) => {
    const graph = new Graph();
    const values = shapes.map((shape, i) => graph.input(`x${i}`, shape));
    let refusal: unknown;
    try {
      graph.apply(step, ...values);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(RangeError);
    expect((refusal as RangeError).message).toMatch(message);
  });
});
