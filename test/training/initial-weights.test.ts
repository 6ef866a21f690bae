import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { fillNormal } from '../../src/random/noise.ts';
import { fillInitialWeights, orthogonal } from '../../src/training/initial-weights.ts';
import { type ParameterLayout, parameterView } from '../../src/training/parameters.ts';
import { HAS_PYTORCH, python } from '../pytorch-peer.ts';
import { tinyTraining } from './tiny-training.ts';

const normal = (length: number, clip: number) =>
  fillNormal(new Float32Array(length), { seed: 2, purpose: 'proposal', clip, replicate: 0, k: 0 });

/** How far rows · rowsᵀ is from the identity, or columnsᵀ · columns where there are more rows. */
function distanceFromOrthonormal(matrix: ArrayLike<number>, rows: number, columns: number): number {
  const wide = rows <= columns;
  const [count, size] = wide ? [rows, columns] : [columns, rows];
  const at = (v: number, j: number) => (wide ? matrix[v * columns + j]! : matrix[j * columns + v]!);
  let distance = 0;
  for (let v = 0; v < count; v++) {
    for (let w = v; w < count; w++) {
      let product = 0;
      for (let j = 0; j < size; j++) product += at(v, j) * at(w, j);
      distance = Math.max(distance, Math.abs(product - (v === w ? 1 : 0)));
    }
  }
  return distance;
}

describe('orthogonal', () => {
  const size = fc.integer({ min: 1, max: 40 });

  test('has orthonormal rows or columns', () => {
    fc.assert(
      fc.property(size, size, fc.nat(1000), (rows, columns, seed) => {
        // The inverse of a random square matrix may be some thousand, whose square is what rounding grows by.
        const result = orthogonal(normal(rows * columns, seed), rows, columns);
        expect(distanceFromOrthonormal(result, rows, columns)).toBeLessThan(1e-9);
      }),
    );
  });

  test('spans what was given, in its order: R is triangular with a positive diagonal', () => {
    fc.assert(
      fc.property(size, size, (rows, columns) => {
        const matrix = normal(rows * columns, 7);
        const result = orthogonal(matrix, rows, columns);
        const wide = rows <= columns;
        const [count, length] = wide ? [rows, columns] : [columns, rows];
        const at = (of: ArrayLike<number>, v: number, j: number) => of[wide ? v * columns + j : j * columns + v]!;
        for (let v = 0; v < count; v++) {
          for (let w = 0; w <= v; w++) {
            let along = 0;
            for (let j = 0; j < length; j++) along += at(result, v, j) * at(matrix, w, j);
            if (w === v) expect(along).toBeGreaterThan(0);
            else expect(Math.abs(along)).toBeLessThan(1e-9);
          }
        }
      }),
    );
  });

  test.skipIf(!HAS_PYTORCH)("is PyTorch's QR of the same numbers, with its signs as in orthogonal_", () => {
    const program = `
import json, sys, torch
out = []
for rows, columns, numbers in json.loads(sys.argv[1]):
    a = torch.tensor(numbers, dtype=torch.float64).reshape(rows, columns)
    # orthogonal_ has the rows of a square matrix made from its columns; both are as even a draw.
    q, r = torch.linalg.qr(a.t() if rows <= columns else a)
    q = q * torch.diag(r).sign()
    out.append((q.t() if rows <= columns else q).flatten().tolist())
print(json.dumps(out))`;
    const shapes = [
      [6, 15],
      [15, 6],
      [9, 9],
      [1, 12],
      [32, 5],
    ] as const;
    const given = shapes.map(([rows, columns], i) => [rows, columns, [...normal(rows * columns, i)]] as const);
    const expected = python(program, JSON.stringify(given)) as number[][];
    given.forEach(([rows, columns, numbers], i) => {
      const result = orthogonal(Float32Array.from(numbers), rows, columns);
      result.forEach((x, j) => {
        expect(x).toBeCloseTo(expected[i]![j]!, 9);
      });
    });
  });
});

describe('fillInitialWeights', () => {
  let layout: ParameterLayout;
  let all: Float32Array;

  beforeAll(async () => {
    ({ layout } = await tinyTraining());
    all = new Float32Array(layout.length);
    fillInitialWeights(all, layout, 0);
  });

  test('makes each kernel orthogonal with gain 1', () => {
    const kernels = layout.slots.filter(({ shape }) => shape.length === 3);
    expect(kernels.length).toBe(layout.slots.length / 2);
    for (const slot of kernels) {
      const [rows, ...rest] = slot.shape as [number, number, number];
      const columns = rest[0] * rest[1];
      // Rounded to float32.
      expect(distanceFromOrthonormal(parameterView(all, slot), rows, columns), slot.name).toBeLessThan(1e-6);
    }
  });

  test("draws biases evenly within PyTorch's bounds", () => {
    const parts: number[] = [];
    for (const slot of layout.slots.filter(({ shape }) => shape.length === 1)) {
      const kernel = layout.slots.find(({ name }) => name === slot.name.replace(/bias$/, 'weight'))!;
      const bound = 1 / Math.sqrt(kernel.shape[1]! * kernel.shape[2]!);
      for (const bias of parameterView(all, slot)) parts.push(bias / bound);
    }
    expect(parts.length).toBeGreaterThan(500);
    expect(parts.every((part) => Math.abs(part) <= 1 + 1e-6)).toBe(true);
    // The mean of n is within 5 · √(1/3/n) of 0, the mean square within 5 · √(4/45/n) of ⅓.
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(parts))).toBeLessThan(5 * Math.sqrt(1 / 3 / parts.length));
    expect(Math.abs(mean(parts.map((part) => part ** 2)) - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / parts.length));
  });

  test('fills the same numbers for the same seed, and others for another', () => {
    const filled = (seed: number) => {
      const numbers = new Float32Array(layout.length);
      fillInitialWeights(numbers, layout, seed);
      return numbers;
    };
    expect(filled(0)).toEqual(all);
    const other = filled(1);
    for (const slot of layout.slots) expect(parameterView(other, slot)).not.toEqual(parameterView(all, slot));
  });

  test('gives each layer numbers of its own', () => {
    const views = layout.slots.filter(({ length }) => length > 1).map((slot) => parameterView(all, slot).join());
    expect(new Set(views).size).toBe(views.length);
  });
});
