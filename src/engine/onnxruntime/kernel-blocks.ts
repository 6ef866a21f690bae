import type { Tensor } from '../../graph/operation.ts';

/** The operation set in which ONNX Runtime keeps its blocked kernels (onnxruntime/core/graph/contrib_ops/nchwc_schema_defs.cc). */
export const NCHWC = 'com.microsoft.nchwc';

/** From [cout, cin, taps] to [cout / block, cin / block, taps, block of cin, block of cout], with zeros where cout fills no block. */
export function kernelInBlocks({ data, shape }: Tensor, block: number): Float32Array {
  const [cout, cin, taps] = shape as [number, number, number];
  const groups = Math.ceil(cout / block);
  const out = new Float32Array(groups * block * cin * taps);
  let at = 0;
  for (let first = 0; first < groups * block; first += block) {
    const filled = Math.min(block, cout - first);
    for (let i = 0; i < cin; i += block) {
      for (let k = 0; k < taps; k++) {
        for (let beside = i; beside < i + block; beside++, at += block) {
          for (let o = 0; o < filled; o++) out[at + o] = data[((first + o) * cin + beside) * taps + k]!;
        }
      }
    }
  }
  return out;
}
