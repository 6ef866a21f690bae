import { isTensor } from '../../src/formats/tensor.ts';

/** A value read from a file with its tensors decoded: as `{dtype, shape, values}`. Not for values within themselves. */
export function decoded(value: unknown): unknown {
  if (isTensor(value)) return { dtype: value.dtype, shape: value.shape, values: [...value.toFloat64()] };
  if (Array.isArray(value)) return value.map(decoded);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [decoded(key), decoded(item)]));
  return value;
}

/** Decodes every tensor of a value read from a file, which may be within itself, and of a damaged one is. */
export function decodeAll(root: unknown): void {
  const waiting: unknown[] = [root];
  const seen = new Set<unknown>();
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Map) waiting.push(...value.values());
    else if (Array.isArray(value)) waiting.push(...value);
    else if (isTensor(value)) value.toFloat32();
  }
}
