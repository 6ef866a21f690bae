import { float32ToFloat16 } from './half.ts';
import { InputError } from './input-error.ts';
import {
  type Dtype,
  elementCount,
  elementWidth,
  isDtype,
  rowMajorStrides,
  type Tensor,
  tensorBytes,
  tensorOver,
} from './tensor.ts';

/** What a safetensors file holds. */
interface Safetensors {
  readonly tensors: Map<string, Tensor>;
  /** The `__metadata__` of the header; empty without one. */
  readonly metadata: Record<string, string>;
}

/** A tensor to be written: row-major elements, stored as float32 (the default) or rounded to float16. */
interface TensorToWrite {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly dtype?: 'F32' | 'F16';
}

interface HeaderEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The limit of the reference implementation. */
const maxHeaderBytes = 100_000_000;
const metadataKey = '__metadata__';

/**
 * Reads a safetensors file. Format: https://huggingface.co/docs/safetensors (8 bytes of header length, a JSON header, the data).
 *
 * @param bytes the whole file; kept as long as a tensor of it is
 * @param where begins each message: the file's path
 * @throws InputError when the header does not fit or is no JSON of the format, a size is not its shape's, or the tensors overlap
 * or leave gaps
 */
export function readSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const fail: (what: string) => never = (what) => {
    throw new InputError(`${where}: ${what}`);
  };
  if (bytes.length < 8) fail(`expected a safetensors file of at least 8 bytes, got ${bytes.length}`);
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (headerBytes > maxHeaderBytes || headerBytes > bytes.length - 8) {
    const limit = Math.min(maxHeaderBytes, bytes.length - 8);
    fail(`expected a safetensors header of at most ${limit} bytes, got one of ${headerBytes}`);
  }
  const data = bytes.subarray(8 + Number(headerBytes));
  const { [metadataKey]: metadata = {}, ...described } = parseHeader(bytes.subarray(8, 8 + Number(headerBytes)), fail);
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    fail(`expected text for each key of ${metadataKey}, got something else`);
  }

  const entries = Object.entries(described).map(([name, value]) => [name, headerEntry(name, value, fail)] as const);
  let covered = 0;
  for (const [name, { begin, end }] of entries.toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      fail(`expected tensor ${quoted(name)} to begin at byte ${covered} of the data, got ${begin}`);
    covered = end;
  }
  if (covered !== data.length) fail(`expected ${covered} bytes of data after the header, got ${data.length}`);

  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, begin, end }] of entries) {
    const layout = { bytes: data.subarray(begin, end), dtype, shape, strides: rowMajorStrides(shape), offset: 0 };
    tensors.set(name, tensorOver(layout));
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

/**
 * The bytes of a safetensors file, its header padded to a multiple of 8. The float32 tensors come first, so that each tensor is
 * aligned to its element; otherwise the order is the Map's. The same input gives the same bytes.
 *
 * @throws InputError when a tensor's data is not as long as its shape says, or a tensor is called `__metadata__`
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[metadataKey, metadata]] : [];
  const placed: { content: Uint8Array; begin: number }[] = [];
  let end = 0;
  for (const wanted of ['F32', 'F16'] as const) {
    for (const [name, tensor] of tensors) {
      const { shape, data, dtype = 'F32' } = tensor;
      if (dtype !== wanted) continue;
      if (name === metadataKey)
        throw new InputError(`tensor ${quoted(name)}: expected another name, for this one is reserved`);
      const content = tensorBytes(tensor, `tensor ${quoted(name)}`);
      const begin = end;
      end += data.length * elementWidth(dtype);
      header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
      placed.push({ content: dtype === 'F16' ? float16Bytes(data) : content, begin });
    }
  }

  // fromEntries, because an assignment to a key called __proto__ would set the prototype.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes);
  bytes.set(json, 8);
  for (const { content, begin } of placed) bytes.set(content, 8 + headerBytes + begin);
  return bytes;
}

function float16Bytes(data: Float32Array): Uint8Array {
  const halves = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) halves[i] = float32ToFloat16(data[i]!);
  return new Uint8Array(halves.buffer);
}

function parseHeader(bytes: Uint8Array, fail: (what: string) => never): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    fail('expected a safetensors header in JSON, got something else');
  }
  if (!isRecord(header)) fail('expected a JSON object as safetensors header, got something else');
  return header;
}

function headerEntry(name: string, value: unknown, fail: (what: string) => never): HeaderEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (!isDtype(dtype)) {
    fail(
      `expected a known dtype for tensor ${quoted(name)}, got ${typeof dtype === 'string' ? quoted(dtype) : 'none'}`,
    );
  }
  if (!isCounts(shape)) fail(`expected a shape of whole numbers for tensor ${quoted(name)}, got something else`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    fail(`expected two data_offsets for tensor ${quoted(name)}, got something else`);
  }
  const [begin, end] = offsets as [number, number];
  const size = elementCount(shape) * elementWidth(dtype);
  if (end - begin !== size) fail(`expected ${size} bytes for tensor ${quoted(name)}, got offsets ${begin} to ${end}`);
  return { dtype, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** A name from a file, fit for a message. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
