import { InputError } from '../formats/input-error.ts';
import { type PyTorchValue, readPyTorch } from '../formats/pytorch.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { isTensor, type Tensor } from '../formats/tensor.ts';
import { showShape } from '../graph/shape.ts';

interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The prefix of the network's weights in a checkpoint; schedule buffers beside them have none. */
const NETWORK_PREFIX = 'nn.';

/**
 * The weights of the parameters, by name, from a checkpoint's bytes: safetensors, or PyTorch's zip format with the state dict
 * at the top or under `model`. Schedule buffers, optimizer and iteration beside the weights are passed over.
 * Throws an InputError that begins with `where` and names a tensor that is missing, misshapen, not finite, or one too many.
 */
export function readWeights(
  bytes: Uint8Array,
  where: string,
  parameters: readonly Parameter[],
): Map<string, Float32Array> {
  const tensors = isZip(bytes) ? pyTorchTensors(readPyTorch(bytes, where), where) : safetensors(bytes, where);
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of parameters) {
    const tensor = tensors.get(name);
    if (tensor === undefined)
      throw new InputError(`${where}: the tensor ${name} is missing, which the config asks for`);
    if (tensor.shape.length !== shape.length || shape.some((size, axis) => size !== tensor.shape[axis])) {
      throw new InputError(
        `${where}: ${name} has shape ${showShape(tensor.shape)}, but the config asks for ${showShape(shape)}`,
      );
    }
    const data = tensor.toFloat32();
    if (!data.every(Number.isFinite)) throw new InputError(`${where}: ${name} holds numbers that are not finite`);
    weights.set(name, data);
  }
  for (const name of tensors.keys()) {
    if (name.startsWith(NETWORK_PREFIX) && !weights.has(name)) {
      throw new InputError(`${where}: the tensor ${name} has no place in the network of the config`);
    }
  }
  return weights;
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

function safetensors(bytes: Uint8Array, where: string): ReadonlyMap<string, Tensor> {
  // A header begins with its length and then '{'; anything else that is not a zip file is no checkpoint at all.
  if (bytes[8] !== 0x7b) {
    throw new InputError(`${where}: expected a PyTorch checkpoint (zip format) or safetensors, got neither`);
  }
  return readSafetensors(bytes, where).tensors;
}

function pyTorchTensors(value: PyTorchValue, where: string): ReadonlyMap<string, Tensor> {
  const top = value instanceof Map ? value : new Map();
  const state: unknown = top.get('model') ?? top;
  const tensors = new Map<string, Tensor>();
  if (state instanceof Map) {
    for (const [name, tensor] of state) if (typeof name === 'string' && isTensor(tensor)) tensors.set(name, tensor);
  }
  if (tensors.size === 0) {
    throw new InputError(`${where}: expected a state dict, at the top or under "model", got no tensors by name`);
  }
  return tensors;
}
