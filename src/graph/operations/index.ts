import { add } from './add.ts';
import { concat } from './concat.ts';
import { conv1d } from './conv1d.ts';
import { cos } from './cos.ts';
import { downsampleLinear } from './downsample-linear.ts';
import { leakyRelu } from './leaky-relu.ts';
import { mul } from './mul.ts';
import { sin } from './sin.ts';
import { squeeze } from './squeeze.ts';
import { unsqueeze } from './unsqueeze.ts';
import { upsampleLinear } from './upsample-linear.ts';

/** Every operation a graph may hold, by name; a new one is a file beside these and a line here. */
export const OPERATIONS = {
  add,
  concat,
  conv1d,
  cos,
  downsampleLinear,
  leakyRelu,
  mul,
  sin,
  squeeze,
  unsqueeze,
  upsampleLinear,
};

export type OperationName = keyof typeof OPERATIONS;

type AttributesOf<Name extends OperationName> = Parameters<(typeof OPERATIONS)[Name]['evaluate']>[1];

/** An operation's name with its attributes, as a graph stores them. */
export type Step = {
  [Name in OperationName]: { readonly name: Name; readonly attributes: AttributesOf<Name> };
}[OperationName];
