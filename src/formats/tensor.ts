import { bfloat16ToNumber, float16ToNumber } from './half.ts';
import { InputError } from './input-error.ts';

/** Element types, by the names that safetensors gives them. */
export type Dtype =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'I32'
  | 'I16'
  | 'I8'
  | 'U64'
  | 'U32'
  | 'U16'
  | 'U8'
  | 'BOOL';

/** A tensor in a file. Nothing is decoded before one of its functions is called, and each call decodes anew. */
export interface Tensor {
  readonly dtype: Dtype;
  /** Lengths of the dimensions; empty for a single number. */
  readonly shape: readonly number[];
  /** The elements in row-major order, rounded to float32. */
  readonly toFloat32: () => Float32Array;
  /** The elements in row-major order; exact but for integers beyond 2^53. */
  readonly toFloat64: () => Float64Array;
}

/** A tensor in memory, to be written: its elements in row-major order, of the type of the array that holds them. */
export interface TensorData {
  /** Lengths of the dimensions; empty for a single number. */
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Where a tensor's elements lie, counted in elements from the start of `bytes`. The caller has checked that they all do. */
interface TensorLayout {
  readonly bytes: Uint8Array;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

interface Element {
  readonly width: number;
  readonly read: (view: DataView, at: number) => number;
}

const elements: Record<Dtype, Element> = {
  F64: { width: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { width: 2, read: (view, at) => float16ToNumber(view.getUint16(at, true)) },
  BF16: { width: 2, read: (view, at) => bfloat16ToNumber(view.getUint16(at, true)) },
  I64: { width: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { width: 4, read: (view, at) => view.getInt32(at, true) },
  I16: { width: 2, read: (view, at) => view.getInt16(at, true) },
  I8: { width: 1, read: (view, at) => view.getInt8(at) },
  U64: { width: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  U32: { width: 4, read: (view, at) => view.getUint32(at, true) },
  U16: { width: 2, read: (view, at) => view.getUint16(at, true) },
  U8: { width: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { width: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

/** Whether a value read from a file is a tensor. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'toFloat32' in value;
}

/** The element type of that name, if there is one. */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(elements, name);
}

/** Bytes that one element takes. */
export function elementWidth(dtype: Dtype): number {
  return elements[dtype].width;
}

/** How many elements a tensor of this shape has; Infinity when a number cannot hold it. */
export function elementCount(shape: readonly number[]): number {
  // Asked first, because Infinity · 0 is not a number.
  return shape.includes(0) ? 0 : shape.reduce((count, length) => count * length, 1);
}

/**
 * The little-endian bytes of a tensor to be written: a view. Little-endian machines only, as is onnxruntime-node.
 *
 * @param what begins the message: what the tensor is to its file
 * @throws InputError when the data is not as long as the shape says
 */
export function tensorBytes({ shape, data }: TensorData, what: string): Uint8Array {
  if (elementCount(shape) !== data.length) {
    throw new InputError(
      `${what}: expected ${elementCount(shape)} elements for [${shape.join(', ')}], got ${data.length}`,
    );
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Strides, in elements, of a tensor of this shape whose elements lie in row-major order. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** A tensor over little-endian bytes. */
export function tensorOver(layout: TensorLayout): Tensor {
  const count = elementCount(layout.shape);
  return {
    dtype: layout.dtype,
    shape: layout.shape,
    toFloat32: () => (isPlainFloat32(layout) ? copyFloat32(layout, count) : decode(layout, new Float32Array(count))),
    toFloat64: () => decode(layout, new Float64Array(count)),
  };
}

function isPlainFloat32({ dtype, shape, strides }: TensorLayout): boolean {
  const plain = rowMajorStrides(shape);
  return dtype === 'F32' && shape.every((length, axis) => length === 1 || strides[axis] === plain[axis]);
}

/** Copied byte by byte, because a Float32Array cannot begin at any byte. Little-endian machines only, as is onnxruntime-node. */
function copyFloat32({ bytes, offset }: TensorLayout, count: number): Float32Array {
  const out = new Float32Array(count);
  new Uint8Array(out.buffer).set(bytes.subarray(offset * 4, (offset + count) * 4));
  return out;
}

function decode<T extends Float32Array | Float64Array>(
  { bytes, dtype, shape, strides, offset }: TensorLayout,
  out: T,
): T {
  const { width, read } = elements[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = read(view, at * width);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
