import type { OnnxWriter } from '../../graph/operation.ts';

/** Inputs and outputs whose first dimension, the batch, comes as that many tensors of one row each. */
export interface Rows {
  readonly count: number;
  /** Of inputs and outputs of the graph. */
  readonly names: ReadonlySet<string>;
}

/** What the rows of a value are called in the ONNX file. */
export function rowNames(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, row) => `${name}.row.${row}`);
}

export function joinRows(onnx: OnnxWriter, rows: readonly string[]): string {
  return rows.length === 1 ? rows[0]! : onnx.node('Concat', rows, { axis: 0 });
}

/** Not all rows by one Split: on WebGPU it takes no more outputs than a shader has buffers (12 on SwiftShader). */
export function takeRow(onnx: OnnxWriter, whole: string, row: number): string {
  return onnx.node('Slice', [whole, ...[row, row + 1, 0].map((at) => onnx.int64([at]))]);
}
