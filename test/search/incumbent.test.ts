import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByClip, createIncumbent } from '../../src/search/race.ts';
import { estimate, pairedDifference } from '../../src/search/statistics.ts';

/** From all trials at once, as the definition says. */
function incumbentOf(complete: readonly ByClip[]) {
  const mean = (byClip: ByClip) => estimate(byClip).mean;
  const [best, ...others] = complete.toSorted((a, b) => mean(a) - mean(b));
  if (best === undefined || others.length < 4) return undefined;
  const near = others.slice(0, Math.max(4, Math.floor(others.length / 2)));
  const variances = near.map((byClip) => best.length * pairedDifference(byClip, best).standardError ** 2);
  const variance = variances.reduce((sum, value) => sum + value, 0) / near.length;
  return { score: mean(best), byClip: best, variance };
}

test('is to the bit what all trials at once make, however they came and whenever it was asked for', () => {
  // Few values, so that some trials are equal.
  const byClip = fc.array(fc.integer({ min: 0, max: 6 }).map(Math.sqrt), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(byClip, fc.boolean()), { maxLength: 40 }), (trials) => {
      const soFar = createIncumbent<number>();
      const added: ByClip[] = [];
      for (const [trial, isAsked] of trials) {
        added.push(trial);
        soFar.add(trial, added.length - 1);
        if (!isAsked) continue;
        const current = soFar.current();
        const { tag, ...incumbent } = current ?? { tag: undefined };
        expect(current && incumbent).toEqual(incumbentOf(added));
        if (tag !== undefined) expect(added[tag]).toBe(current!.byClip);
      }
    }),
  );
});
