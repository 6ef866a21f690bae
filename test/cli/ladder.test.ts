import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ladder } from '../../src/cli/ladder.ts';
import { REFERENCE_TRAINING, sigmaOfLevel } from '../../src/schedule/diagnostics.ts';
import { linear } from '../../src/schedule/generators/linear.ts';

/** Trained from σ = 0.01 to σ = 10. */
const TRAINED = { firstLevel: 1 / Math.sqrt(1 + 1e-4), terminalLevel: 1 / Math.sqrt(101) };

const sigmasArbitrary = fc.array(
  fc.double({ min: -6, max: 3, noNaN: true }).map((exponent) => 10 ** exponent),
  { minLength: 1, maxLength: 40 },
);

describe('ladder', () => {
  test('four decades over 41 columns put a decade on every tenth', () => {
    const rows = [
      { name: 'decades', sigmas: [1e-3, 1e-2, 1e-1, 1, 10] },
      { name: 'middle', sigmas: [10 ** -1.5, 10 ** -0.5] },
      { name: 'dense', sigmas: [0.1, 0.1, 0.1, ...Array.from({ length: 10 }, () => 1)] },
    ];
    expect(ladder(rows, TRAINED, 50).slice(0, 6)).toEqual([
      'σ        0.001   0.01       0.1        1        10',
      '         ┴─────────┴─────────┴─────────┴─────────┴',
      'trained            ├─────────────────────────────┤',
      'decades  │         │·········│·········│·········│',
      'middle             ·····│·········│···············',
      'dense              ··········3·········█··········',
    ]);
  });

  test('says what its marks mean', () => {
    expect(ladder([{ name: 'a', sigmas: [1] }], TRAINED, 200).at(-1)).toBe(
      '│ a level, 2 to 9 that many in one place, █ more; dots: the trained range. Sampling goes from right to left.',
    );
  });

  test('the reference’s training, 1000 rungs, fills its line between the ends of the trained range', () => {
    const lines = ladder([{ name: 'training', sigmas: linear(1e-6, 1e-2, 1000).sigmas }], REFERENCE_TRAINING, 80);
    const [, , trained, row] = lines;
    expect(row).toMatch(/^training {2}│.*\d█{20,}$/);
    expect(row!.length).toBe(trained!.length);
    expect(row!.length).toBe(80);
  });

  test('a row is as wide as asked for, and has every level', () => {
    fc.assert(
      fc.property(sigmasArbitrary, fc.integer({ min: 40, max: 200 }), (sigmas, width) => {
        const lines = ladder([{ name: 'a', sigmas }], TRAINED, width);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        const row = lines[3]!.slice('trained  '.length);
        const rungs = Array.from(row).map((mark) => (mark === '│' ? 1 : mark === '█' ? 10 : Number(mark) || 0));
        const total = rungs.reduce((sum, count) => sum + count, 0);
        if (row.includes('█')) expect(total).toBeLessThanOrEqual(sigmas.length);
        else expect(total).toBe(sigmas.length);
      }),
    );
  });

  test('long names are cut short, and an axis never has fewer than 24 columns', () => {
    const lines = ladder([{ name: 'a'.repeat(40), sigmas: [0.1] }], TRAINED, 30);
    expect(lines[3]).toMatch(/^a{9}… {2}/);
    expect(lines[1]).toHaveLength(10 + 2 + 24);
  });

  test.each([
    ['of less than a decade has ticks at 1, 2 and 5', [0.15, 0.7], /^σ +0\.2 +0\.5/],
    ['of less than that has its ends', [0.21, 0.24], /^σ +0\.21 +0\.24$/],
    ['of hundreds of decades has as many as there is room for', [1e-150, 0.2], /^σ +1e-150 +1e-116 +1e-99 /],
  ])('an axis %s', (_, sigmas, labels) => {
    const [least, most] = [Math.max(sigmas[0]!, 0.21), sigmas[1]!];
    const level = (sigma: number) => 1 / Math.sqrt(1 + sigma * sigma);
    const trained = { firstLevel: level(least), terminalLevel: level(most) };
    expect(sigmaOfLevel(trained.terminalLevel)).toBeCloseTo(most, 12);
    expect(ladder([{ name: 'a', sigmas }], trained, 80)[0]).toMatch(labels);
  });

  test('a single σ that is all there is stands at the left', () => {
    const level = 1 / Math.sqrt(2);
    const lines = ladder(
      [{ name: 'one', sigmas: [sigmaOfLevel(level)] }],
      { firstLevel: level, terminalLevel: level },
      60,
    );
    expect(lines[3]).toBe('one      │');
  });
});
