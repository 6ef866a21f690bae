import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPrefixMemory } from '../../src/search/prefix-memory.ts';
import { recentlyUsed } from '../../src/search/recently-used.ts';

test('remembers and forgets as a map of what was used last does', () => {
  const step = fc.record({
    isAdded: fc.boolean(),
    scope: fc.constantFrom('a/', 'b/'),
    key: fc.constantFrom('k', 'l', 'm', 'n'),
    size: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = createPrefixMemory(20);
      const map = recentlyUsed<true>(20);
      for (const { isAdded, scope, key, size } of steps) {
        if (isAdded) {
          memory.add(scope, key, size);
          map.set(scope + key, true, size);
        } else expect(memory.touch(scope, key)).toBe(map.get(scope + key) ?? false);
      }
    }),
  );
});
