import type { OnnxAttributes } from '../../../graph/operation.ts';
import type { NodeWriter } from '../node-writer.ts';
import type { EightBitKernel, Scale } from './quantised.ts';

/** ONNX Runtime's own operations, among them those on eight-bit numbers. */
const CONTRIB = 'com.microsoft';

/** A value in eight-bit numbers, [batch, time, 1, channels]. */
export interface EightBitValue extends Scale {
  readonly name: string;
}

/** An operation's operand as ONNX Runtime takes it: numbers, step and zero. */
type Operand = readonly [string, string, string];

/** Writes operations on eight-bit numbers. */
export interface ValueWriter {
  /** From [batch, channels, 1, time] in float32. */
  fromPlain(plain: string, scale: Scale): EightBitValue;
  /** To [batch, channels, 1, time] in float32. */
  toPlain(value: EightBitValue): string;
  /** From [batch, 1, time, channels] in float32. */
  fromChannelsLast(last: string, channels: number, scale: Scale): EightBitValue;
  /** To [batch, 1, time, channels] in float32. */
  toChannelsLast(value: EightBitValue, channels: number): string;
  /** An operation of these operands with a result of that scale. */
  apply(type: string, operands: readonly EightBitValue[], result: Scale, attributes?: OnnxAttributes): EightBitValue;
  /** Along time, with zeros beyond both ends. */
  convolve(
    x: EightBitValue,
    kernel: EightBitKernel,
    result: Scale,
    taps: { readonly dilation: number; readonly padding: number },
  ): EightBitValue;
}

export function createValueWriter(writer: NodeWriter): ValueWriter {
  const scales = new Map<string, readonly [string, string]>();
  const written = ({ step, zero }: Scale): readonly [string, string] => {
    const key = `${step} ${zero}`;
    const names = scales.get(key) ?? [
      writer.float32(Float32Array.of(step), []),
      writer.integers(Uint8Array.of(zero), []),
    ];
    scales.set(key, names);
    return names;
  };
  const operand = (value: EightBitValue): Operand => [value.name, ...written(value)];
  return {
    fromPlain(plain, scale) {
      const numbers = writer.node('QuantizeLinear', [plain, ...written(scale)]);
      return { ...scale, name: writer.node('Transpose', [numbers], { perm: [0, 3, 2, 1] }) };
    },
    toPlain(value) {
      const [name, ...scale] = operand(value);
      return writer.node('DequantizeLinear', [writer.node('Transpose', [name], { perm: [0, 3, 2, 1] }), ...scale]);
    },
    fromChannelsLast(last, channels, scale) {
      const numbers = writer.node('QuantizeLinear', [last, ...written(scale)]);
      return { ...scale, name: writer.node('Reshape', [numbers, writer.int64([0, -1, 1, channels])]) };
    },
    toChannelsLast(value, channels) {
      const numbers = writer.node('DequantizeLinear', operand(value));
      return writer.node('Reshape', [numbers, writer.int64([0, 1, -1, channels])]);
    },
    apply(type, operands, result, attributes) {
      const name = writer.node(type, [...operands.flatMap(operand), ...written(result)], attributes, CONTRIB);
      return { ...result, name };
    },
    convolve(x, { weights, shape: [cout, cin, taps], steps, biases }, result, { dilation, padding }) {
      const operands = [
        ...operand(x),
        writer.integers(weights, [cout, cin, taps, 1]),
        writer.float32(steps, [cout]),
        writer.integers(new Int8Array(cout), [cout]),
        ...written(result),
        writer.integers(biases, [cout]),
      ];
      const attributes = { channels_last: 1, dilations: [dilation, 1], pads: [padding, 0, padding, 0] };
      return { ...result, name: writer.node('QLinearConv', operands, attributes, CONTRIB) };
    },
  };
}
