/** A number as people and programs write it, without separators, units or names such as nan; for a larger pattern. */
export const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;

const WHOLE = new RegExp(`^${NUMBER}$`);

/** The number that a text is, or undefined; what float64 cannot hold is Infinity. */
export function plainNumber(text: string): number | undefined {
  return WHOLE.test(text) ? Number(text) : undefined;
}
