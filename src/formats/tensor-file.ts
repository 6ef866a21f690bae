import { beginsWith, firstBytes } from './first-bytes.ts';
import { InputError } from './input-error.ts';
import { readNpy } from './npy.ts';
import { readNpz } from './npz.ts';
import { readPyTorch } from './pytorch.ts';
import { readSafetensors } from './safetensors.ts';
import type { Tensor } from './tensor.ts';

/** What a file of one tensor holds. */
interface TensorFile {
  /** Mostly a tensor; PyTorch and numpy save other values, too. */
  readonly value: unknown;
  /** Only safetensors have some. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The endings of files that `readTensorFile` takes. */
export const TENSOR_FILE = /\.(pth?|npy|npz|safetensors)$/i;

/**
 * Reads a tensor by `torch.save`, `.npy`, `.npz` with one array, or safetensors with the tensor of that name or a single one. The first
 * bytes tell which; a zip is an `.npz` by its name only.
 *
 * @param bytes the whole file
 * @param where begins each message: the file's path
 * @param wanted.what the file should be, for messages: "a mel"
 * @throws InputError when the file is of another type, damaged, or holds several tensors
 */
export function readTensorFile(
  bytes: Uint8Array,
  where: string,
  { what, name }: { readonly what: string; readonly name: string },
): TensorFile {
  const onlyOne = (tensors: ReadonlyMap<string, Tensor>): Tensor => {
    const [first, ...more] = tensors.values();
    if (first !== undefined && more.length === 0) return first;
    throw new InputError(`${where}: expected one tensor, the ${name}, got ${tensors.size}`);
  };
  const bare = (value: unknown): TensorFile => ({ value, metadata: {} });
  if (beginsWith(bytes, NUMPY)) return bare(readNpy(bytes, where));
  if (beginsWith(bytes, ZIP) && /\.npz$/i.test(where)) return bare(onlyOne(readNpz(bytes, where)));
  if (beginsWith(bytes, ZIP) || /\.pth?$/i.test(where)) return bare(readPyTorch(bytes, where));
  if (bytes[SAFETENSORS_AT] !== BRACE) {
    throw new InputError(
      `${where}: expected ${what} as .pt, .npy, .npz or .safetensors file, got ${firstBytes(bytes)}`,
    );
  }
  const { tensors, metadata } = readSafetensors(bytes, where);
  return { value: tensors.get(name) ?? onlyOne(tensors), metadata };
}

/** The header's length comes first, and then the JSON. */
const SAFETENSORS_AT = 8;
const BRACE = 0x7b;
const NUMPY = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const ZIP = [0x50, 0x4b];
