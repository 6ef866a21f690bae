import { unary } from './elementwise.ts';

/** −1, 0 or 1. */
export const sign = unary<object>('sign', 'Sign', Math.sign, () => [undefined]);
