/** Values that were used last, up to a size in all. */
export interface RecentlyUsed<Value> {
  /** The value of a key, which then was used last. */
  get(key: string): Value | undefined;
  set(key: string, value: Value, size: number): void;
}

/**
 * Keeps values of a size in all of at most `capacity`; what was used longest ago goes first.
 *
 * @param drop told each value that is no longer kept; default: nothing is
 */
export function recentlyUsed<Value>(capacity: number, drop: (value: Value) => void = () => {}): RecentlyUsed<Value> {
  // A Map gives its keys in the order in which they were set.
  const kept = new Map<string, { readonly value: Value; readonly size: number }>();
  let size = 0;
  return {
    get(key) {
      const entry = kept.get(key);
      if (entry === undefined) return undefined;
      kept.delete(key);
      kept.set(key, entry);
      return entry.value;
    },
    set(key, value, added) {
      const before = kept.get(key);
      size += added - (before?.size ?? 0);
      kept.delete(key);
      if (before !== undefined) drop(before.value);
      for (const [oldest, entry] of kept) {
        if (size <= capacity) break;
        kept.delete(oldest);
        size -= entry.size;
        drop(entry.value);
      }
      kept.set(key, { value, size: added });
    },
  };
}
