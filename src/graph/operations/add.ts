import { binary } from './elementwise.ts';

/** a + b. */
export const add = binary('add', 'Add', (a, b) => a + b);
