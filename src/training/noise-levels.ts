/**
 * y_n = ℓ · y_0 + √(1 − ℓ²) · ε (Chen et al. 2020, equation 4).
 *
 * @param noisy where y_n is written to, from `begin` on
 * @param clean y_0
 * @param noise ε, laid out like `noisy`
 * @param level ℓ in [0, 1]
 */
export function addNoise(
  noisy: Float32Array,
  clean: Float32Array,
  noise: Float32Array,
  level: number,
  begin: number,
): void {
  const spread = Math.sqrt(1 - level * level);
  for (let i = 0; i < clean.length; i++) noisy[begin + i] = level * clean[i]! + spread * noise[begin + i]!;
}

/**
 * A continuous noise level: one of the schedule's steps n drawn evenly, then a level drawn evenly between ℓ_{n−1} and ℓ_n, where ℓ_0 = 1
 * (Chen et al. 2020, section 3.2).
 *
 * @param levels ℓ_1 … ℓ_N of the training schedule, falling
 * @param step where in [0, 1) n is drawn
 * @param between where in [0, 1) between ℓ_{n−1} and ℓ_n
 */
export function drawLevel(levels: readonly number[], step: number, between: number): number {
  const n = Math.floor(step * levels.length);
  const higher = n === 0 ? 1 : levels[n - 1]!;
  return higher + between * (levels[n]! - higher);
}
