/** Remembers which prefixes were needed last, up to a size in all. */
export interface PrefixMemory {
  /** Whether a prefix is remembered, which then was needed last. */
  touch(scope: string, key: string): boolean;
  /** Remembers a prefix as the one needed last; what was needed longest ago goes first where there is no room. */
  add(scope: string, key: string, size: number): void;
}

interface Remembered {
  /** Those of its scope. */
  readonly of: Map<string, Remembered>;
  readonly key: string;
  size: number;
  newer: Remembered;
  older: Remembered;
}

/**
 * What `recentlyUsed` does for prefixes, which a search counts by the hundred thousand: a list in the order of their use beside a map for each scope, so that a use
 * moves no entry of a map, and a long key is hashed once for all scopes.
 */
export function createPrefixMemory(capacity: number): PrefixMemory {
  const scopes = new Map<string, Map<string, Remembered>>();
  let size = 0;
  // Stands between the newest and the oldest.
  const end = { of: new Map(), key: '', size: 0 } as unknown as Remembered;
  end.newer = end;
  end.older = end;

  function unlink({ newer, older }: Remembered): void {
    newer.older = older;
    older.newer = newer;
  }
  function makeNewest(entry: Remembered): void {
    entry.older = end.older;
    entry.newer = end;
    end.older.newer = entry;
    end.older = entry;
  }
  return {
    touch(scope, key) {
      const entry = scopes.get(scope)?.get(key);
      if (entry === undefined) return false;
      unlink(entry);
      makeNewest(entry);
      return true;
    },
    add(scope, key, added) {
      let of = scopes.get(scope);
      if (of === undefined) {
        of = new Map();
        scopes.set(scope, of);
      }
      const before = of.get(key);
      size += added - (before?.size ?? 0);
      if (before !== undefined) unlink(before);
      while (size > capacity && end.newer !== end) {
        const oldest = end.newer;
        unlink(oldest);
        oldest.of.delete(oldest.key);
        size -= oldest.size;
      }
      const entry = before ?? { of, key, size: added, newer: end, older: end };
      entry.size = added;
      if (before === undefined) of.set(key, entry);
      makeNewest(entry);
    },
  };
}
