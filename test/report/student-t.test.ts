import { describe, expect, it } from 'vitest';
import { standardErrorsIn95 } from '../../src/report/student-t.ts';

/** P(T ≤ x) for ν degrees of freedom: Student's density by Simpson's rule, normalised by its own integral over a wide range. */
function distribution(x: number, freedom: number): number {
  // With t = sqrt(ν) tan θ the density becomes cos^(ν−1) θ on (−π/2, π/2), which is smooth and bounded.
  const density = (theta: number) => Math.cos(theta) ** (freedom - 1);
  const half = simpson(density, 0, Math.PI / 2);
  return 0.5 + simpson(density, 0, Math.atan(x / Math.sqrt(freedom))) / (2 * half);
}

function simpson(f: (x: number) => number, from: number, to: number): number {
  const intervals = 2000;
  const step = (to - from) / intervals;
  let sum = f(from) + f(to);
  for (let i = 1; i < intervals; i++) sum += f(from + i * step) * (i % 2 === 1 ? 4 : 2);
  return (sum * step) / 3;
}

describe('standardErrorsIn95', () => {
  it('is the 0.975 quantile of Student’s t for every number of clips up to 500', () => {
    // The table has three decimals; where the density is highest, 0.4, half of the last is 2e-4.
    for (let count = 2; count <= 500; count++) {
      expect(distribution(standardErrorsIn95(count), count - 1), `${count} clips`).toBeCloseTo(0.975, 4);
    }
  });

  it('has no answer for one clip', () => {
    expect(standardErrorsIn95(1)).toBeNaN();
  });
});
