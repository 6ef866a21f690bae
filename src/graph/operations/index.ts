import { abs } from './abs.ts';
import { add } from './add.ts';
import { adjointKernel } from './adjoint-kernel.ts';
import { broadcastLike } from './broadcast-like.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { conv1d } from './conv1d.ts';
import { conv1dKernelGradient } from './conv1d-kernel-gradient.ts';
import { cos } from './cos.ts';
import { div } from './div.ts';
import { downsampleLinear } from './downsample-linear.ts';
import { downsampleLinearAdjoint } from './downsample-linear-adjoint.ts';
import { leakyRelu } from './leaky-relu.ts';
import { leakyReluGradient } from './leaky-relu-gradient.ts';
import { mean } from './mean.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { pad } from './pad.ts';
import { reduceSum } from './reduce-sum.ts';
import { sign } from './sign.ts';
import { sin } from './sin.ts';
import { slice } from './slice.ts';
import { spreadLike } from './spread-like.ts';
import { sqrt } from './sqrt.ts';
import { squeeze } from './squeeze.ts';
import { stackTaps } from './stack-taps.ts';
import { sub } from './sub.ts';
import { unsqueeze } from './unsqueeze.ts';
import { unstackTaps } from './unstack-taps.ts';
import { upsampleLinear } from './upsample-linear.ts';
import { upsampleLinearAdjoint } from './upsample-linear-adjoint.ts';
import { upsampleTaps } from './upsample-taps.ts';
import { upsampleTapsAdjoint } from './upsample-taps-adjoint.ts';

/** Every operation a graph may hold, by name; a new one is a file beside these and a line here. */
export const OPERATIONS = {
  abs,
  add,
  adjointKernel,
  broadcastLike,
  clip,
  concat,
  conv1d,
  conv1dKernelGradient,
  cos,
  div,
  downsampleLinear,
  downsampleLinearAdjoint,
  leakyRelu,
  leakyReluGradient,
  mean,
  mul,
  neg,
  pad,
  reduceSum,
  sign,
  sin,
  slice,
  spreadLike,
  sqrt,
  squeeze,
  stackTaps,
  sub,
  unsqueeze,
  unstackTaps,
  upsampleLinear,
  upsampleLinearAdjoint,
  upsampleTaps,
  upsampleTapsAdjoint,
};

export type OperationName = keyof typeof OPERATIONS;

type AttributesOf<Name extends OperationName> = Parameters<(typeof OPERATIONS)[Name]['evaluate']>[1];

/** An operation's name with its attributes, as a graph stores them. */
export type Step = {
  [Name in OperationName]: { readonly name: Name; readonly attributes: AttributesOf<Name> };
}[OperationName];
