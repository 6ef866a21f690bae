import { type PickleNode, writePickle } from './pickle-writer.ts';
import { type EntryToWrite, writeStoredZip } from './stored-zip.ts';
import { rowMajorStrides, type TensorData, tensorBytes } from './tensor.ts';

/** What can be written for `torch.load`: arrays become lists, Maps dictionaries, whole numbers int and others float. */
export type PyTorchInput =
  | null
  | boolean
  | number
  | string
  | TensorData
  | readonly PyTorchInput[]
  | ReadonlyMap<PyTorchInput, PyTorchInput>;

/**
 * The bytes of a file as `torch.save` of PyTorch 1.6 and later writes it, so that `torch.load` reads it, also with `weights_only`.
 * Tensors are on the CPU, contiguous, of float32 or float64 by the array that holds the data, and share no memory. The same input
 * gives the same bytes.
 *
 * Source: torch/serialization.py `_save`, torch/_utils.py `_rebuild_tensor_v2`.
 *
 * @throws InputError when a tensor's data is not as long as its shape says, or the file would exceed 4 GB or 65,534 entries
 */
export function writePyTorch(value: PyTorchInput): Uint8Array {
  const storages: Uint8Array[] = [];
  const pickle = writePickle(nodeOf(value, storages));
  const entry = (name: string, content: Uint8Array): EntryToWrite => ({ name: `archive/${name}`, parts: [content] });
  return writeStoredZip([
    entry('data.pkl', pickle),
    ...storages.map((bytes, key) => entry(`data/${key}`, bytes)),
    entry('version', new TextEncoder().encode('3\n')),
  ]);
}

/** The value as a pickle has it; the memory of its tensors is added to `storages`, each under its index as key. */
function nodeOf(value: PyTorchInput, storages: Uint8Array[]): PickleNode {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => nodeOf(item, storages));
  if (isMap(value)) {
    return new Map([...value].map(([key, item]) => [nodeOf(key, storages), nodeOf(item, storages)]));
  }
  return tensorNode(value, storages);
}

function tensorNode(tensor: TensorData, storages: Uint8Array[]): PickleNode {
  const { shape, data } = tensor;
  const key = `${storages.push(tensorBytes(tensor, 'a tensor')) - 1}`;
  const storageType: PickleNode = {
    kind: 'name',
    module: 'torch',
    name: data instanceof Float32Array ? 'FloatStorage' : 'DoubleStorage',
  };
  const id: PickleNode = { kind: 'tuple', items: ['storage', storageType, key, 'cpu', data.length] };
  const hooks: PickleNode = {
    kind: 'call',
    callee: { kind: 'name', module: 'collections', name: 'OrderedDict' },
    args: [],
  };
  return {
    kind: 'call',
    callee: { kind: 'name', module: 'torch._utils', name: '_rebuild_tensor_v2' },
    // storage, offset, size, stride, requires_grad, backward_hooks
    args: [
      { kind: 'persistent', id },
      0,
      { kind: 'tuple', items: shape },
      { kind: 'tuple', items: rowMajorStrides(shape) },
      false,
      hooks,
    ],
  };
}

// Array.isArray and instanceof do not narrow to the read-only types.
function isList(value: object): value is readonly PyTorchInput[] {
  return Array.isArray(value);
}

function isMap(value: object): value is ReadonlyMap<PyTorchInput, PyTorchInput> {
  return value instanceof Map;
}
