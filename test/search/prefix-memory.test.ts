import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPrefixMemory } from '../../src/search/prefix-memory.ts';
import { recentlyUsed } from '../../src/search/recently-used.ts';

/** Scopes and the size of a prefix in each. */
const SCOPES = { 'a/': 3, 'b/': 5 } as const;

test('remembers and forgets as a map of what was used last does', () => {
  const schedule = fc.record({
    scope: fc.constantFrom(...(Object.keys(SCOPES) as (keyof typeof SCOPES)[])),
    keys: fc.uniqueArray(fc.constantFrom('k', 'l', 'm', 'n', 'o', 'p'), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(schedule, { maxLength: 60 }), (schedules) => {
      const memory = createPrefixMemory(20);
      const map = recentlyUsed<true>(20);
      for (const { scope, keys } of schedules) {
        const scoped = keys.map((key) => scope + key);
        const shared = scoped.map((key) => map.get(key)).lastIndexOf(true) + 1;
        for (const key of scoped) map.set(key, true, SCOPES[scope]);
        expect(memory.need(scope, keys, SCOPES[scope])).toBe(shared);
      }
    }),
  );
});
