import { zipSync } from 'fflate';

/** Pickle bytes from text in which each character is a byte. */
export function pickleBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A file laid out as torch.save lays it out: a stored zip with `archive/data.pkl` and `archive/data/<key>`. */
export function torchFile(pickle: string | Uint8Array, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const files: Record<string, Uint8Array> = {
    'archive/data.pkl': typeof pickle === 'string' ? pickleBytes(pickle) : pickle,
  };
  for (const [key, bytes] of Object.entries(storages)) files[`archive/data/${key}`] = bytes;
  return zipSync(files, { level: 0 });
}

/** Pickle text of a tensor over storage '0', by `_rebuild_tensor_v2`; the numbers are pickled as 32-bit integers. */
export function tensorPickle(tensor: {
  storageLength: number;
  offset?: number;
  shape: readonly number[];
  strides: readonly number[];
  storageType?: string;
}): string {
  const int = (value: number) => `J${String.fromCharCode(...new Uint8Array(Int32Array.of(value).buffer))}`;
  const tuple = (values: readonly number[]) => `(${values.map(int).join('')}t`;
  const text = (value: string) => `\x8c${String.fromCharCode(value.length)}${value}`;
  const type = `ctorch\n${tensor.storageType ?? 'FloatStorage'}\n`;
  const storage = `(${text('storage')}${type}${text('0')}${text('cpu')}${int(tensor.storageLength)}tQ`;
  const rest = `${int(tensor.offset ?? 0)}${tuple(tensor.shape)}${tuple(tensor.strides)}\x89)`;
  return `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(${storage}${rest}tR.`;
}
