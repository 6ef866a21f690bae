import { binary } from './elementwise.ts';

/** a · b. */
export const mul = binary('mul', 'Mul', (a, b) => a * b);
