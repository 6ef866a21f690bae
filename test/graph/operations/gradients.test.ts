import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/engine/onnxruntime/program.ts';
import { gradients } from '../../../src/graph/differentiate.ts';
import { evaluateStep, Graph } from '../../../src/graph/graph.ts';
import type { Tensor } from '../../../src/graph/operation.ts';
import { OPERATIONS, type OperationName } from '../../../src/graph/operations/index.ts';
import { relativeDistance } from '../distance.ts';
import { evaluate } from '../evaluate.ts';
import { randomTensor } from '../tensors.ts';
import { CASES } from './cases.ts';
import { type Operands, tensorsFor } from './operands.ts';

/** Without a gradient, or with one that is zero wherever it exists. */
const FLAT: readonly OperationName[] = ['conv1dKernelGradient', 'sign'];

/** Inputs that an operation's result does not depend on, or only at steps. */
const IGNORED: Partial<Record<OperationName, readonly number[]>> = {
  broadcastLike: [1],
  spreadLike: [1],
  leakyReluGradient: [0],
};

/** Where an operation bends or ends, and how far from there its inputs are kept: central differences must not step over it. */
const BENDS: Partial<Record<OperationName, { readonly at: readonly number[]; readonly margin: number }>> = {
  abs: { at: [0], margin: 0.1 },
  clip: { at: [-0.5, 0, 1], margin: 0.1 },
  div: { at: [0], margin: 0.5 },
  leakyRelu: { at: [0], margin: 0.1 },
  leakyReluGradient: { at: [0], margin: 0.1 },
  sqrt: { at: [0], margin: 0.5 },
};

/**
 * What is not linear in each input (div, sqrt, sin, cos) errs by STEP²/6 times its third derivative and the cube of a direction's numbers,
 * and all by float32's 6e-8 over STEP. 1/x has the largest third derivative, 96 at 0.5, where its first is 4: measured over 300 inputs
 * 2e-3 of what the terms amount to with random signs, and 4e-5 for what is linear. A direction's numbers are below 8, so that a step is
 * below every margin.
 */
const STEP = 2 ** -7;
const TOLERANCE = 1e-2;
/** Of f's numbers, ahead and behind: each is rounded by half of 2⁻²³ of itself at most, and five standard deviations of their sum are less than this. */
const ROUNDING = 2 ** -23;

const names = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => !FLAT.includes(name));

function awayFromBends(name: OperationName, x: number): number {
  const { at, margin } = BENDS[name] ?? { at: [], margin: 0 };
  const near = at.find((bend) => Math.abs(x - bend) < margin);
  return near === undefined ? x : near + (x < near ? -margin : margin);
}

/** loss = Σ upstream · f(inputs), its gradients by the inputs that count, and numbers for the inputs. */
function lossOf(name: OperationName, operands: Operands, seed: number) {
  const { step, shapes } = operands;
  const tensors = tensorsFor({ ...operands, magnitude: 1 }, seed).map(({ shape, data }) => ({
    shape,
    data: data.map((x) => awayFromBends(name, x)),
  }));
  const result = evaluateStep(step, tensors);
  const upstream = randomTensor(result.shape, seed + 10);
  const graph = new Graph();
  const values = shapes.map((shape, i) => graph.input(`x${i}`, shape));
  const output = graph.apply(step, ...values);
  const weighted = graph.apply({ name: 'mul', attributes: {} }, output, graph.input('upstream', output.shape));
  const loss = graph.apply({ name: 'reduceSum', attributes: { axes: output.shape.map((_, axis) => axis) } }, weighted);
  const counted = values.flatMap((_, place) => (IGNORED[name]?.includes(place) ? [] : [place]));
  const derivatives = gradients(
    graph,
    loss,
    counted.map((place) => values[place]!),
  );
  const inputs = Object.fromEntries([
    ...tensors.map((tensor, i) => [`x${i}`, tensor] as const),
    ['upstream', upstream],
  ]);
  return { graph, step, tensors, upstream, counted, derivatives, inputs };
}

/** Σ upstream · (f(x + h v) − f(x − h v)) / 2h, in double precision but for f's own rounding. */
function centralDifference(f: (moved: Tensor) => Tensor, x: Tensor, v: Tensor, upstream: Tensor): number {
  const moved = (h: number) => ({ shape: x.shape, data: x.data.map((value, i) => value + h * v.data[i]!) });
  const [ahead, behind] = [f(moved(STEP)).data, f(moved(-STEP)).data];
  return upstream.data.reduce((sum, u, i) => sum + (u * (ahead[i]! - behind[i]!)) / (2 * STEP), 0);
}

describe.each(names)('the gradient of %s', (name) => {
  const { fitting } = CASES[name];

  test('is that of central differences of the plain definition, in random directions', () => {
    fc.assert(
      fc.property(fitting, fc.nat(1e6), (operands, seed) => {
        const { graph, step, tensors, upstream, counted, derivatives, inputs } = lossOf(name, operands, seed);
        const result = evaluateStep(step, tensors).data;
        const rounding = (ROUNDING / STEP) * Math.hypot(...result.map((value, j) => value * upstream.data[j]!));
        counted.forEach((place, i) => {
          const gradient = evaluate(graph, inputs, derivatives[i]!);
          expect(gradient.shape).toEqual(tensors[place]!.shape);
          const direction = randomTensor(gradient.shape, seed + 20 + place);
          const f = (x: Tensor) =>
            evaluateStep(
              step,
              tensors.map((tensor, j) => (j === place ? x : tensor)),
            );
          const expected = centralDifference(f, tensors[place]!, direction, upstream);
          const terms = gradient.data.map((value, j) => value * direction.data[j]!);
          const actual = terms.reduce((sum, term) => sum + term, 0);
          const magnitude = Math.hypot(...gradient.data) * (Math.hypot(...direction.data) / Math.sqrt(terms.length));
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(TOLERANCE * magnitude + rounding + 1e-4);
        });
      }),
    );
  });

  test('is what ONNX Runtime computes', async () => {
    await fc.assert(
      fc.asyncProperty(fitting, fc.nat(1e6), async (operands, seed) => {
        const { graph, derivatives, inputs } = lossOf(name, operands, seed);
        derivatives.forEach((value, i) => {
          graph.output(`gradient${i}`, value);
        });
        const program = await compile(graph, 'inputs');
        const results = await program.run(inputs);
        await program.dispose();
        derivatives.forEach((value, i) => {
          const expected = evaluate(graph, inputs, value);
          const result = results[`gradient${i}`]!;
          expect(result.shape).toEqual(expected.shape);
          // Of the largest magnitude or of 1, that of the terms: sums over what was repeated may cancel.
          expect(relativeDistance([...result.data, 1], [...expected.data, 1])).toBeLessThan(1e-5);
        });
      }),
      { numRuns: 20 },
    );
  });
});
