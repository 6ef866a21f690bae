import type * as TensorFlowCore from '@tensorflow/tfjs-core';
import type { OperationName, Step } from '../../graph/operations/index.ts';

/** TensorFlow.js as any of its packages exports it, with its backend chosen. */
export type TensorFlow = typeof TensorFlowCore;

export type TfTensor = TensorFlowCore.Tensor;

export type AttributesOf<Name extends OperationName> = Extract<Step, { readonly name: Name }>['attributes'];

/** An operation on tensors as layout.ts keeps them; always a tensor of its own, so that each is disposed of by itself. */
export type Apply<Attributes = object> = (
  tf: TensorFlow,
  inputs: readonly TfTensor[],
  attributes: Attributes,
) => TfTensor;
