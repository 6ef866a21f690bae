/** All steps of a schedule, or as many as have room, spread evenly from the first to the last; counted from 1. */
export function axisSteps(steps: number, most: number): number[] {
  const axes = Math.min(steps, most);
  if (axes === 1) return [1];
  return Array.from({ length: axes }, (_, i) => 1 + Math.round((i * (steps - 1)) / (axes - 1)));
}

/** 12 → ₁₂. */
export function subscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]!);
}
