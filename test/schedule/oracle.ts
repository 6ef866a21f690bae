// 80 bands of Gaussian data, from −15 to −65 dB: roughly the spectrum of speech.
const VARIANCES = Array.from({ length: 80 }, (_, k) => 10 ** (-1.5 - (5 * k) / 79));

/**
 * What a sampler with the exact denoiser of Gaussian data makes of a schedule, in closed form: the mean over bands of
 * |10 log10(output variance / data variance)|, dB. Nothing is clamped; the start has variance 1.
 *
 * It uses the textbook products on purpose, so as to share no arithmetic with the code it tests.
 */
export function oracleScore(betas: readonly number[]): number {
  const alphaBars = [1];
  for (const beta of betas) alphaBars.push(alphaBars.at(-1)! * (1 - beta));

  const errors = VARIANCES.map((variance) => {
    let output = 1;
    for (let n = betas.length; n >= 1; n--) {
      const beta = betas[n - 1]!;
      const noise = 1 - alphaBars[n]!;
      const denoiser = (Math.sqrt(alphaBars[n]!) * variance) / (alphaBars[n]! * variance + noise);
      const gain =
        ((beta * Math.sqrt(alphaBars[n - 1]!)) / noise) * denoiser +
        ((1 - alphaBars[n - 1]!) * Math.sqrt(1 - beta)) / noise;
      const posteriorVariance = (beta * (1 - alphaBars[n - 1]!)) / noise;
      output = gain * gain * output + (n > 1 ? posteriorVariance : 0);
    }
    return Math.abs(10 * Math.log10(output / variance));
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** The mean squared error of the exact denoiser at a noise level σ, the mean over bands: that of two clips, which are alike. */
export function oracleErrors(sigma: number): [number, number] {
  const errors = VARIANCES.map((variance) => (variance * sigma ** 2) / (variance + sigma ** 2));
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return [mean, mean];
}
