import { InputError } from './input-error.ts';
import { numpyDtype } from './numpy-dtype.ts';
import { elementCount, elementWidth, rowMajorStrides, type Tensor, tensorOver } from './tensor.ts';

/** An array as numpy describes it, in a file's header or in a pickle. */
interface NumpyArray {
  /** numpy's name of the element type, such as `<f4`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Whether the first index runs fastest. */
  readonly fortranOrder: boolean;
  /** All elements and nothing else; kept as long as the tensor. */
  readonly data: Uint8Array;
}

/** numpy 2's own limit. */
const maxRank = 64;

/** Whether a value read from a file can be an array's shape. */
export function isNumpyShape(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.length <= maxRank && value.every((item) => Number.isSafeInteger(item) && item >= 0)
  );
}

/**
 * A tensor over numpy's bytes.
 *
 * @throws InputError, which begins with `where`, for other elements than numbers, or when the data is not as long as the shape
 */
export function numpyTensor({ descr, shape, fortranOrder, data }: NumpyArray, where: string): Tensor {
  const dtype = numpyDtype(descr, where);
  const size = elementCount(shape) * elementWidth(dtype);
  if (data.length !== size) {
    throw new InputError(
      `${where}: expected ${size} bytes for the shape [${shape.join(', ')}] of ${descr}, got ${data.length}`,
    );
  }
  const strides = fortranOrder ? rowMajorStrides(shape.toReversed()).reverse() : rowMajorStrides(shape);
  return tensorOver({ bytes: data, dtype, shape: [...shape], strides, offset: 0 });
}
