import type { Operation } from '../operation.ts';
import { sameDim, showShape } from '../shape.ts';
import { blockingPays, lowerBlockedConv } from './lower-blocked-conv.ts';

/**
 * Convolution along time: x [batch, cin, length], kernel [cout, cin, taps] with an odd number of taps, bias [cout] or none →
 * [batch, cout, length]; stride 1, zeros outside ("same" padding). Mirrors torch.nn.functional.conv1d.
 */
export const conv1d: Operation<{ readonly dilation: number }> = {
  name: 'conv1d',
  shape([x, kernel, bias]) {
    const [batch, cin, length] = x!;
    const [cout, kernelIn, taps] = kernel!;
    const fits = x!.length === 3 && kernel!.length === 3 && (bias === undefined || bias.length === 1);
    if (
      !fits ||
      !sameDim(cin!, kernelIn!) ||
      (bias !== undefined && !sameDim(cout!, bias[0]!)) ||
      typeof taps !== 'number' ||
      taps % 2 === 0
    ) {
      throw new RangeError(
        `conv1d: input ${showShape(x!)}, kernel ${showShape(kernel!)} and bias ${bias ? showShape(bias) : '–'} do not fit`,
      );
    }
    return [batch!, cout!, length!];
  },
  evaluate([x, kernel, bias], { dilation }) {
    const [batch, cin, length] = x!.shape as [number, number, number];
    const [cout, , taps] = kernel!.shape as [number, number, number];
    const data = new Float32Array(batch * cout * length);
    for (let b = 0; b < batch; b++) {
      for (let o = 0; o < cout; o++) {
        for (let t = 0; t < length; t++) {
          let sum = bias?.data[o] ?? 0;
          for (let k = 0; k < taps; k++) {
            const at = t + (k - (taps - 1) / 2) * dilation;
            if (at < 0 || at >= length) continue;
            for (let i = 0; i < cin; i++) {
              sum += x!.data[(b * cin + i) * length + at]! * kernel!.data[(o * cin + i) * taps + k]!;
            }
          }
          data[(b * cout + o) * length + t] = sum;
        }
      }
    }
    return { shape: [batch, cout, length], data };
  },
  lower(onnx, inputs, { dilation }, [, kernel]) {
    const shape = kernel as readonly [number, number, number];
    const padding = (dilation * (shape[2] - 1)) / 2;
    const attributes = { dilations: [1, dilation], pads: [0, padding, 0, padding] };
    const block = onnx.channelBlock;
    return block !== undefined && blockingPays(shape, block)
      ? lowerBlockedConv(onnx, inputs, shape, attributes, block)
      : onnx.node('Conv', inputs, attributes);
  },
  gradient(graph, { inputs: [x, kernel, bias], attributes: { dilation }, upstream }) {
    const byInput = () => {
      const adjoint = graph.apply({ name: 'adjointKernel', attributes: {} }, kernel!);
      return graph.apply({ name: 'conv1d', attributes: { dilation } }, upstream, adjoint);
    };
    const byKernel = () => {
      const attributes = { dilation, taps: kernel!.shape[2] as number };
      return graph.apply({ name: 'conv1dKernelGradient', attributes }, x!, upstream);
    };
    const byBias = () => {
      const sums = graph.apply({ name: 'reduceSum', attributes: { axes: [0, 2] } }, upstream);
      const column = graph.apply({ name: 'squeeze', attributes: { axis: 2 } }, sums);
      return graph.apply({ name: 'squeeze', attributes: { axis: 0 } }, column);
    };
    return bias === undefined ? [byInput, byKernel] : [byInput, byKernel, byBias];
  },
};
