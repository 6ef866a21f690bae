import type { PredictNoise } from '../../src/diffusion/sampler.ts';
import type { Clamp } from '../../src/schedule/noise-schedule.ts';

interface Problem {
  readonly predictNoise: PredictNoise;
  readonly betas: readonly number[];
  readonly mels: Float32Array;
  readonly batch: number;
  readonly noise: (k: number) => Float32Array;
  readonly clamp: Clamp;
}

const hold = (x: number) => Math.min(1, Math.max(-1, x));

/** WaveGrad's algorithm 2 with the posterior variance, term by term in double precision; gives y_{N−1} … y_0. */
export async function referenceStates({
  predictNoise,
  betas,
  mels,
  batch,
  noise,
  clamp,
}: Problem): Promise<number[][]> {
  const alphaBar = (n: number) => betas.slice(0, n).reduce((product, beta) => product * (1 - beta), 1);
  let y = [...noise(0)];
  const states: number[][] = [];
  for (let n = betas.length; n >= 1; n--) {
    const beta = betas[n - 1]!;
    const noiseLevels = new Float32Array(batch).fill(Math.sqrt(alphaBar(n)));
    const predicted = await predictNoise({ signal: Float32Array.from(y), mels, noiseLevels, batch });
    const variance = Math.max(1e-20, (beta * (1 - alphaBar(n - 1))) / (1 - alphaBar(n)));
    const added = n > 1 ? noise(betas.length - n + 1) : undefined;
    y = y.map((state, t) => {
      const clean = state / Math.sqrt(alphaBar(n)) - Math.sqrt(1 / alphaBar(n) - 1) * predicted[t]!;
      const mean =
        ((beta * Math.sqrt(alphaBar(n - 1))) / (1 - alphaBar(n))) * (clamp === 'x0' ? hold(clean) : clean) +
        (((1 - alphaBar(n - 1)) * Math.sqrt(1 - beta)) / (1 - alphaBar(n))) * state;
      const next = mean + Math.sqrt(variance) * (added?.[t] ?? 0);
      return clamp === 'state' ? hold(next) : next;
    });
    states.push(y);
  }
  return states;
}
