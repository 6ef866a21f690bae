import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOf } from '../../src/training/shares.ts';

test('shares follow each other, hold everything, and differ by one at most', () => {
  const count = fc.integer({ min: 0, max: 20_000_000 });
  fc.assert(
    fc.property(count, fc.integer({ min: 1, max: 64 }), (things, of) => {
      const shares = Array.from({ length: of }, (_, index) => shareOf(things, index, of));
      let end = 0;
      for (const share of shares) {
        expect(share.begin).toBe(end);
        end = share.end;
      }
      expect(end).toBe(things);
      const sizes = shares.map((share) => share.end - share.begin);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});
