import type { OnnxWriter } from '../../graph/operation.ts';
import type { Step } from '../../graph/operations/index.ts';
import { DOUBLE, FLOAT } from './onnx-file.ts';

const ONNX_NAMES = { sin: 'Sin', cos: 'Cos' } as const;

/**
 * A sine or cosine in double precision, which WebGPU has not, so that ONNX Runtime computes it on the CPU: WGSL's are within 2^-11 only from −π to
 * π (https://www.w3.org/TR/WGSL/#floating-point-accuracy), and the phases that encode a noise level reach 5,000 radians. Undefined for other steps.
 */
export function preciseSine(onnx: OnnxWriter, { name }: Step, inputs: readonly string[]): string | undefined {
  if (name !== 'sin' && name !== 'cos') return undefined;
  const phases = onnx.node('Cast', inputs, { to: DOUBLE });
  return onnx.node('Cast', [onnx.node(ONNX_NAMES[name], [phases])], { to: FLOAT });
}
