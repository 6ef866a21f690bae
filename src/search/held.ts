/** What must be disposed of by hand, for as long as somebody holds it. */
export interface Held<Value> {
  /** Holds a value once more, and gives it. */
  readonly hold: (value: Value) => Value;
  /** Lets go of it once; whoever does so last disposes of it. */
  readonly release: (value: Value) => void;
}

/** Counts who holds what. */
export function createHeld<Value extends { dispose(): void }>(): Held<Value> {
  const holders = new Map<Value, number>();
  return {
    hold(value) {
      holders.set(value, (holders.get(value) ?? 0) + 1);
      return value;
    },
    release(value) {
      const left = (holders.get(value) ?? 0) - 1;
      if (left > 0) {
        holders.set(value, left);
        return;
      }
      holders.delete(value);
      value.dispose();
    },
  };
}
