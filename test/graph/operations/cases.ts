import type { OperationName } from '../../../src/graph/operations/index.ts';
import { elementwiseCases } from './elementwise-cases.ts';
import type { Cases } from './operands.ts';
import { shapeCases } from './shape-cases.ts';
import { signalCases } from './signal-cases.ts';
import { tapCases } from './tap-cases.ts';

/** For each operation of the table: what it must do well and what it must refuse. */
export const CASES: Readonly<Record<OperationName, Cases>> = {
  ...elementwiseCases,
  ...shapeCases,
  ...signalCases,
  ...tapCases,
};
