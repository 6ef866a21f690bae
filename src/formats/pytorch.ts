import { beginsWith, firstBytes } from './first-bytes.ts';
import { InputError } from './input-error.ts';
import { type PickleFunction, type PickleValue, readPickle } from './pickle.ts';
import { type Dtype, elementCount, elementWidth, type Tensor, tensorOver } from './tensor.ts';
import { storedZipEntries } from './zip-entries.ts';

/** What `torch.save` was given: dictionaries are Maps, lists and tuples arrays, parameters tensors. */
export type PyTorchValue = PickleValue<Tensor | Storage>;

/** The memory behind one or more tensors. */
interface Storage {
  readonly dtype: Dtype;
  readonly bytes: Uint8Array;
  readonly length: number;
}

const storageDtypes: Record<string, Dtype> = {
  BFloat16Storage: 'BF16',
  BoolStorage: 'BOOL',
  ByteStorage: 'U8',
  CharStorage: 'I8',
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  IntStorage: 'I32',
  LongStorage: 'I64',
  ShortStorage: 'I16',
};

/** PyTorch's own limit. */
const maxRank = 64;
/** `expand` makes a tensor larger than its storage. A few are fine, but a file of 1 kB must not ask for gigabytes. */
const maxRepeatedElements = 2 ** 20;

/**
 * Reads a file that `torch.save` of PyTorch 1.6 or later wrote. Names that no tensor needs are refused, and nothing from
 * the file is ever run. Tensors are checked here and decoded when asked.
 *
 * @param bytes the whole file; kept as long as a tensor of it is
 * @param where begins each message: the file's path
 * @param instead what to save in place of a name that is refused; ends that message
 * @throws InputError when it is of another type, cut short, not well formed, or names anything but tensors and containers
 */
export function readPyTorch(bytes: Uint8Array, where: string, instead?: string): PyTorchValue {
  requireZip(bytes, where);
  const entries = storedZipEntries(bytes, where);
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw new InputError(
      `${where}: expected a zip file with one data.pkl, as torch.save writes it, got ${pickles.length}`,
    );
  }
  const folder = pickles[0]!.slice(0, -'data.pkl'.length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw new InputError(`${where}: expected a checkpoint by torch.save, got a TorchScript program`);
  }
  const byteOrder = entries.get(`${folder}byteorder`);
  if (byteOrder && new TextDecoder().decode(byteOrder) !== 'little') {
    throw new InputError(`${where}: expected little-endian tensors, got another byte order`);
  }

  const storageTypes = new Map<PyTorchValue, Dtype>();
  const names = new Map<string, PickleFunction<Tensor | Storage>>([
    ['collections OrderedDict', () => new Map()],
    ['collections defaultdict', () => new Map()],
    ['torch Size', ([lengths]) => lengths ?? []],
    ['torch device', ([type]) => type ?? null],
    ['torch._utils _rebuild_parameter', ([tensor]) => tensor ?? null],
    ['torch._utils _rebuild_tensor_v2', (args) => rebuildTensor(args, where)],
  ]);
  for (const factory of ['dict', 'list', 'int', 'float']) {
    for (const module of ['__builtin__', 'builtins']) names.set(`${module} ${factory}`, notCalled(where, factory));
  }
  for (const [name, dtype] of Object.entries(storageDtypes)) {
    const storageType = notCalled(where, `torch.${name}`);
    names.set(`torch ${name}`, storageType);
    storageTypes.set(storageType, dtype);
  }

  return readPickle(entries.get(pickles[0]!)!, {
    where: `${where} (data.pkl)`,
    names,
    writer: 'torch.save',
    content: 'file of tensors and numbers',
    instead,
    persistentLoad: (id) => {
      const [kind, type, key, , length] = Array.isArray(id) ? id : [];
      const dtype = storageTypes.get(type ?? null);
      if (kind !== 'storage' || !dtype || typeof key !== 'string' || !isCount(length)) {
        throw new InputError(`${where}: expected a storage's type, key and length in its pickle, got something else`);
      }
      const stored = entries.get(`${folder}data/${key}`);
      const name = JSON.stringify(key.slice(0, 100));
      if (!stored) throw new InputError(`${where}: expected a storage ${name}, which its pickle refers to, got none`);
      if (length * elementWidth(dtype) > stored.length) {
        throw new InputError(
          `${where}: expected ${length} elements of ${dtype} in storage ${name}, got ${stored.length} bytes`,
        );
      }
      return { dtype, bytes: stored, length };
    },
  });
}

function requireZip(bytes: Uint8Array, where: string): void {
  if (beginsWith(bytes, [0x50, 0x4b])) return;
  // A pickled 0x1950a86a20f9469cfc6c, the magic number of torch/serialization.py.
  if (beginsWith(bytes, [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20])) {
    throw new InputError(
      `${where}: expected PyTorch's zip format, got the one from before 1.6: load it and save it again with torch.save of PyTorch >= 1.6`,
    );
  }
  const isTar = new TextDecoder().decode(bytes.subarray(257, 262)) === 'ustar';
  throw new InputError(
    `${where}: expected a PyTorch file (a zip by torch.save), got ${isTar ? 'a tar archive' : firstBytes(bytes)}`,
  );
}

/** For names that are only passed on: as the type of a storage, as the factory of a defaultdict. */
function notCalled(where: string, name: string): PickleFunction<Tensor | Storage> {
  return () => {
    throw new InputError(`${where}: expected ${name} to be named only, but the pickle calls it`);
  };
}

/** `torch._utils._rebuild_tensor_v2(storage, storage_offset, size, stride, …)`. */
function rebuildTensor([storage, offset, shape, strides]: readonly PyTorchValue[], where: string): Tensor {
  if (
    !isStorage(storage) ||
    !isCount(offset) ||
    !isShape(shape) ||
    !isShape(strides) ||
    shape.length !== strides.length
  ) {
    throw new InputError(
      `${where}: expected a tensor's storage, offset, size and stride in its pickle, got something else`,
    );
  }
  const count = elementCount(shape);
  const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis]!, offset);
  if (count > 0 && last >= storage.length) {
    throw new InputError(
      `${where}: expected a tensor of size [${shape.join(', ')}] within its storage of ${storage.length} elements, but it reaches element ${last}`,
    );
  }
  if (count > Math.max(storage.length, maxRepeatedElements)) {
    throw new InputError(
      `${where}: expected at most ${maxRepeatedElements} repeated elements in a tensor, got size [${shape.join(', ')}] over ${storage.length}`,
    );
  }
  return tensorOver({ bytes: storage.bytes, dtype: storage.dtype, shape: [...shape], strides: [...strides], offset });
}

function isStorage(value: PyTorchValue | undefined): value is Storage {
  return typeof value === 'object' && value !== null && 'bytes' in value;
}

function isShape(value: PyTorchValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= maxRank && value.every(isCount);
}

function isCount(value: PyTorchValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
