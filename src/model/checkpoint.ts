import { InputError } from '../formats/input-error.ts';
import { type PyTorchValue, readPyTorch } from '../formats/pytorch.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { type Dtype, isTensor, type Tensor } from '../formats/tensor.ts';
import { showShape } from '../graph/shape.ts';

interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a checkpoint holds of a network, whatever it is written in. */
export interface Checkpoint {
  /** Weights and schedule buffers, by the reference's names. Each is decoded when asked. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** What stood before every name, such as `module.` of DistributedDataParallel; mostly empty. */
  readonly prefix: string;
  /** Training steps so far, where it says them. */
  readonly iteration: number | undefined;
}

/** Begins the names of the network's weights; schedule buffers beside them do without. */
const NETWORK_PREFIX = 'nn.';

/** A weight of the network, after whatever a wrapper puts before its names. */
const NETWORK_NAME = /^(|[\x21-\x7e]*?\.)nn\.(?:[du]blocks|[du]block_preconv|ublock_postconv|films)\./;

/** Its second dimension is the number of mel bands. */
const MEL_KERNEL = 'nn.ublock_preconv.conv1d.weight';

/** Of a checkpoint that is not ours, names that a message shows. */
const MOST_NAMES = 3;

/**
 * Reads a checkpoint's bytes: safetensors, or PyTorch's zip format with the state dict at the top or under `model`, as the
 * reference saves it. Optimizer and the like are passed over, and so is a second network beside one whose names have no prefix.
 *
 * @throws InputError that begins with `where`, where it is neither, or holds no network of the reference's names
 */
export function readCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const { tensors, iteration } = readTensors(bytes, where);
  const prefix = networkPrefix(tensors, where);
  if (prefix === '') return { tensors, prefix, iteration };
  const named = [...tensors].map(
    ([name, tensor]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor] as const,
  );
  return { tensors: new Map(named), prefix, iteration };
}

/**
 * The weights of the parameters, by name, from a checkpoint's bytes; see `readCheckpoint` for what it may be, and `takeWeights`
 * for what it must hold. Schedule buffers, optimizer and iteration beside the weights are passed over.
 */
export function readWeights(
  bytes: Uint8Array,
  where: string,
  parameters: readonly Parameter[],
): Map<string, Float32Array> {
  return takeWeights(readCheckpoint(bytes, where), where, parameters);
}

/**
 * The weights of the parameters, by name and in their order, as float32.
 * Throws an InputError that begins with `where` and names a tensor that is missing, misshapen, not finite, or one too many.
 */
export function takeWeights(
  { tensors }: Checkpoint,
  where: string,
  parameters: readonly Parameter[],
): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of parameters) {
    const tensor = tensors.get(name);
    if (tensor === undefined)
      throw new InputError(`${where}: the tensor ${name} is missing, which the config asks for`);
    const differs = (size: number, axis: number) => size !== tensor.shape[axis];
    if (tensor.shape.length !== shape.length || shape.some(differs)) throw misshapen(name, tensor.shape, shape, where);
    const data = tensor.toFloat32();
    if (!allFinite(data)) throw new InputError(`${where}: ${name} holds numbers that are not finite`);
    weights.set(name, data);
  }
  for (const name of tensors.keys()) {
    if (name.startsWith(NETWORK_PREFIX) && !weights.has(name)) {
      throw new InputError(`${where}: the tensor ${printable(name)} has no place in the network of the config`);
    }
  }
  return weights;
}

function misshapen(name: string, got: readonly number[], wanted: readonly number[], where: string): InputError {
  const shapes = `${name} has shape ${showShape(got)}, but the config asks for ${showShape(wanted)}`;
  const onlyBands = got.length === 3 && got[0] === wanted[0] && got[2] === wanted[2];
  return name === MEL_KERNEL && onlyBands
    ? new InputError(`${where}: it takes ${got[1]} mel bands, but the config's n_mels is ${wanted[1]} (${shapes})`)
    : new InputError(`${where}: ${shapes}`);
}

/** By the bits, since a call for each of some ten million numbers takes longer than reading them. */
function allFinite(data: Float32Array): boolean {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & 0x7f800000) === 0x7f800000) return false;
  return true;
}

interface NamedTensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly iteration: number | undefined;
}

function readTensors(bytes: Uint8Array, where: string): NamedTensors {
  // Asked first: the length of a safetensors header can look like the start of a zip, but no zip has '{' in that place.
  if (bytes[8] === 0x7b) {
    const { tensors, metadata } = readSafetensors(bytes, where);
    const { iteration = '' } = metadata;
    return { tensors, iteration: trainingSteps(/^\d+$/.test(iteration) ? Number(iteration) : undefined) };
  }
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  // What torch.save wrote before 1.6, of which the reader says what to do.
  const isOld = bytes[0] === 0x80 && bytes[2] === 0x8a;
  if (!isZip && !isOld) {
    throw new InputError(`${where}: expected a PyTorch checkpoint (zip format) or safetensors, got neither`);
  }
  return pyTorchTensors(readPyTorch(bytes, where), where);
}

function pyTorchTensors(value: PyTorchValue, where: string): NamedTensors {
  const top = value instanceof Map ? value : new Map();
  const state: unknown = top.get('model') ?? top;
  const tensors = new Map<string, Tensor>();
  if (state instanceof Map) {
    for (const [name, tensor] of state) if (typeof name === 'string' && isTensor(tensor)) tensors.set(name, tensor);
  }
  if (tensors.size === 0) {
    throw new InputError(`${where}: expected a state dict, at the top or under "model", got ${described(value)}`);
  }
  return { tensors, iteration: trainingSteps(top.get('iteration')) };
}

const INTEGERS: readonly Dtype[] = ['I64', 'I32', 'I16', 'I8', 'U64', 'U32', 'U16', 'U8'];

/** A number, or a tensor of one integer. */
function trainingSteps(value: unknown): number | undefined {
  if (isTensor(value)) {
    const isOne = INTEGERS.includes(value.dtype) && value.shape.every((size) => size === 1);
    return isOne ? trainingSteps(value.toFloat64()[0]) : undefined;
  }
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function networkPrefix(tensors: ReadonlyMap<string, Tensor>, where: string): string {
  const prefixes = new Set<string>();
  for (const name of tensors.keys()) {
    const prefix = NETWORK_NAME.exec(name)?.[1];
    if (prefix !== undefined) prefixes.add(prefix);
  }
  if (prefixes.size === 0) {
    const got = tensors.size === 0 ? 'none' : listed([...tensors.keys()]);
    throw new InputError(
      `${where}: expected tensors by the names of ivanvovk/WaveGrad, such as ${MEL_KERNEL}, got ${got}`,
    );
  }
  if (prefixes.has('')) return '';
  if (prefixes.size > 1) {
    throw new InputError(`${where}: expected the tensors of one network, got several, under ${listed([...prefixes])}`);
  }
  return [...prefixes][0]!;
}

function described(value: PyTorchValue): string {
  if (isTensor(value)) return `a tensor of shape ${showShape(value.shape)}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (!(value instanceof Map)) return 'something else';
  const keys = [...value.keys()].map((key) => (typeof key === 'string' ? `"${key}"` : 'keys that are no names'));
  return keys.length === 0 ? 'an empty dictionary' : `a dictionary without tensors, with ${listed(keys)}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(printable).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

/** A name from a file, fit for one line of a terminal. */
function printable(name: string): string {
  return name.slice(0, 100).replaceAll(/[^\x20-\x7e]/g, '?');
}
