/**
 * What the loss of a program in half precision is multiplied by, so that small gradients do not become zero in float16
 * (Micikevicius et al. 2018, Mixed Precision Training, arXiv 1710.03740, section 3.2).
 */
export interface LossScale {
  readonly scale: number;
  /** Steps since it last changed. */
  readonly steps: number;
}

/** The constants of torch.cuda.amp.GradScaler. */
export const FIRST_LOSS_SCALE: LossScale = { scale: 2 ** 16, steps: 0 };
const GROWTH_INTERVAL = 2000;
/** Beyond it a loss of 1 is no float16 times anything that is. */
const LARGEST = 2 ** 24;

/** The scale of the next step: half where a gradient overflowed, twice after 2,000 steps without. */
export function nextLossScale({ scale, steps }: LossScale, overflowed: boolean): LossScale {
  if (overflowed) return { scale: scale / 2, steps: 0 };
  if (steps + 1 < GROWTH_INTERVAL) return { scale, steps: steps + 1 };
  return { scale: Math.min(LARGEST, scale * 2), steps: 0 };
}
