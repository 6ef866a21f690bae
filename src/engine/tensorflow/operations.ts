import type { OperationName } from '../../graph/operations/index.ts';
import {
  adjointKernel,
  conv1d,
  conv1dKernelGradient,
  convolutionKernel,
  stackTaps,
  unstackTaps,
} from './convolution.ts';
import {
  abs,
  add,
  clip,
  cos,
  div,
  leakyRelu,
  leakyReluGradient,
  mul,
  neg,
  sign,
  sin,
  sqrt,
  sub,
} from './elementwise.ts';
import type { Apply, AttributesOf, TensorFlow, TfTensor } from './operation.ts';
import {
  downsampleLinear,
  downsampleLinearAdjoint,
  upsampleLinear,
  upsampleLinearAdjoint,
  upsampleTaps,
  upsampleTapsAdjoint,
} from './resampling.ts';
import { broadcastLike, concat, mean, pad, reduceSum, slice, spreadLike, squeeze, unsqueeze } from './shapes.ts';

/** Every operation of a graph by TensorFlow.js; one that is missing is an error of types. */
export const APPLY: { readonly [Name in OperationName]: Apply<AttributesOf<Name>> } = {
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

/** How an operation wants an input, by its place, where that is not as values are kept: made once of a weight. */
export const FORMS: {
  readonly [Name in OperationName]?: Readonly<Record<number, (tf: TensorFlow, input: TfTensor) => TfTensor>>;
} = { conv1d: { 1: convolutionKernel } };
