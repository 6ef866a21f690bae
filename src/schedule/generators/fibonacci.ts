import { InputError } from '../../formats/input-error.ts';
import { checkCount } from '../check-count.ts';
import { NoiseSchedule } from '../noise-schedule.ts';
import { checkBetas } from './check-betas.ts';

/**
 * n betas, each the sum of the two before it (WaveGrad, arXiv 2009.00713, section 4.2). The defaults are those of
 * ivanvovk/WaveGrad; its shipped 25-step schedule is `fibonacci(1e-6, 2e-6, 25)`.
 *
 * @throws {InputError} if n is not a positive whole number, a first beta is not strictly between 0 and 1, or n is so large
 * that a beta reaches 1 (the sentence says how many steps are possible).
 */
export function fibonacci(b1 = 1e-6, b2 = 9e-6, n = 25): NoiseSchedule {
  checkCount('fibonacci: n', n);
  checkBetas('fibonacci', b1, b2);
  const betas = [b1, b2].slice(0, n);
  for (let i = 2; i < n; i++) {
    const beta = betas[i - 2]! + betas[i - 1]!;
    if (beta >= 1) {
      throw new InputError(`fibonacci: n must be at most ${i} from ${b1}, ${b2} (beta_${i + 1} reaches 1), got ${n}`);
    }
    betas.push(beta);
  }
  return NoiseSchedule.fromBetas(betas, { name: `fibonacci-${n}`, source: `fibonacci(${b1}, ${b2}, ${n})` });
}
