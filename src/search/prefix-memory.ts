/** Remembers which prefixes were needed last, up to a size in all. */
export interface PrefixMemory {
  /**
   * Needs the prefixes of a schedule, from the shortest on, and remembers them; what was needed longest ago goes first where there is no room.
   *
   * @param scope within which equal keys are of one prefix
   * @param size of each; always the same within a scope
   * @returns how many need not be made: up to the longest that was remembered
   */
  need(scope: string, keys: readonly string[], size: number): number;
}

interface Remembered {
  /** Those of its scope. */
  readonly of: Map<string, Remembered>;
  readonly key: string;
  readonly size: number;
  isKept: boolean;
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
  const end = { of: new Map(), key: '', size: 0, isKept: false } as unknown as Remembered;
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
  function makeRoom(): void {
    while (size > capacity && end.newer !== end) {
      const oldest = end.newer;
      unlink(oldest);
      oldest.isKept = false;
      oldest.of.delete(oldest.key);
      size -= oldest.size;
    }
  }
  return {
    need(scope, keys, each) {
      let of = scopes.get(scope);
      if (of === undefined) {
        of = new Map();
        scopes.set(scope, of);
      }
      const found: (Remembered | undefined)[] = [];
      let shared = 0;
      for (const [i, key] of keys.entries()) {
        const entry = of.get(key);
        found.push(entry);
        if (entry === undefined) continue;
        unlink(entry);
        makeNewest(entry);
        shared = i + 1;
      }
      for (const [i, key] of keys.entries()) {
        let entry = found[i];
        if (entry?.isKept) unlink(entry);
        else {
          size += each;
          makeRoom();
          entry = { of, key, size: each, isKept: true, newer: end, older: end };
          of.set(key, entry);
        }
        makeNewest(entry);
      }
      return shared;
    },
  };
}
