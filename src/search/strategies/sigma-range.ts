/**
 * Where levels are looked for, in σ: from a little below the least noisy level that training covers (σ = 1e-3) to well
 * beyond where published few-step schedules begin (0.28 to 1.6).
 */
export const DEFAULT_SIGMA_RANGE = [3e-4, 3] as const;
