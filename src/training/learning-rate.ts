import type { TrainingConfig } from './training-config.ts';

/**
 * The learning rate of the step to be made, by `lrSchedule`:
 *
 * - `epoch`, as the reference's train.py: after each epoch e from 0 on with e % (⌊e/10⌋ + 1) = 0 a StepLR is stepped, so that the rate is
 *   `lr` · `schedulerGamma`^⌊decays / `schedulerStepSize`⌋. The last of these decays, the 27th, comes after epoch 90.
 * - `constant`: `lr`.
 * - `cosine`: half a cosine from `lr` at step 0 down to `finalLr` at `totalSteps` and after it (Loshchilov and Hutter 2017, arXiv
 *   1608.03983, equation 5, without restarts).
 *
 * While warming up, it is multiplied by (step + 1) / `warmupSteps`.
 *
 * @param position.step how many steps were made before it
 * @param position.epoch how many epochs were finished before it
 */
export function learningRate(
  training: Pick<
    TrainingConfig,
    'lr' | 'lrSchedule' | 'schedulerGamma' | 'schedulerStepSize' | 'totalSteps' | 'finalLr' | 'warmupSteps'
  >,
  { step, epoch }: { readonly step: number; readonly epoch: number },
): number {
  const { lr, lrSchedule, schedulerGamma, schedulerStepSize, totalSteps = 1, finalLr, warmupSteps } = training;
  const warmup = step < warmupSteps ? (step + 1) / warmupSteps : 1;
  switch (lrSchedule) {
    case 'epoch':
      return warmup * lr * schedulerGamma ** Math.floor(decays(epoch) / schedulerStepSize);
    case 'constant':
      return warmup * lr;
    case 'cosine':
      return warmup * (finalLr + ((lr - finalLr) * (1 + Math.cos(Math.PI * Math.min(step / totalSteps, 1)))) / 2);
  }
}

/** The m-th ten epochs, from 10(m − 1) to 10m − 1, hold no multiple of m once m is above 10. */
const LAST_TEN = 10;

/** How many epochs below `epoch` the reference decays after: in the m-th ten, the multiples of m. */
function decays(epoch: number): number {
  let count = 0;
  for (let m = 1; m <= LAST_TEN && 10 * (m - 1) < epoch; m++) {
    const end = Math.min(10 * m, epoch);
    count += Math.ceil(end / m) - Math.ceil((10 * (m - 1)) / m);
  }
  return count;
}
