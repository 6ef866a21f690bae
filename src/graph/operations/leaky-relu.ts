import { unary } from './elementwise.ts';

/** x where x ≥ 0, slope · x elsewhere. */
export const leakyRelu = unary<{ readonly slope: number }>(
  'leakyRelu',
  'LeakyRelu',
  (x, { slope }) => (x < 0 ? slope * x : x),
  ({ slope }) => ({ alpha: { float: slope } }),
);
