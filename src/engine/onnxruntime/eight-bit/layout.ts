import type { Graph } from '../../../graph/graph.ts';
import { reachesLittle } from '../../../graph/operations/tap-weights.ts';
import type { Layout, Names, StepNode, Written } from '../layout.ts';
import type { NodeWriter } from '../node-writer.ts';
import { createConvolver } from './convolver.ts';
import { scaleOf } from './quantised.ts';
import type { EightBits } from './ranges.ts';
import { createResampler } from './resampler.ts';
import { createValueWriter, type EightBitValue } from './value-writer.ts';

/** The fewest samples of which the first, the last and those between can be convolved apart. */
const FEWEST = 3;

/** Values of rank 3 in unsigned eight-bit numbers, [batch, time, 1, channels], where their ranges are known. */
export function createEightBits(
  writer: NodeWriter,
  graph: Graph,
  names: Names,
  { ranges, largestWeight }: EightBits,
): Layout {
  const values = createValueWriter(writer);
  const resampler = createResampler(writer, values);
  const convolver = createConvolver(writer, values, resampler, largestWeight);
  const made = new Map<number, EightBitValue>();
  /** Upsampled values, made where something reads them that is not done before upsampling. */
  const waiting = new Map<number, () => EightBitValue>();
  /** Of values that are kept in another form, for the steps that read them so. */
  const copies = new Map<number, EightBitValue>();
  const shapeOf = (id: number) => graph.nodes[id]!.shape;
  const channelsOf = (id: number) => shapeOf(id)[1] as number;
  const resultOf = (id: number) => scaleOf(ranges[id]!);
  const isThere = (id: number) => made.has(id) || waiting.has(id);
  const fits = (id: number) => shapeOf(id).length === 3 && ranges[id] !== undefined;

  function at(id: number): EightBitValue {
    const value = made.get(id) ?? waiting.get(id)?.();
    if (value === undefined) return copyOf(id);
    made.set(id, value);
    return value;
  }

  function copyOf(id: number): EightBitValue {
    const copy = copies.get(id) ?? quantised(id);
    copies.set(id, copy);
    return copy;
  }

  function quantised(id: number): EightBitValue {
    const last = names.channelsLast(id);
    return last === undefined
      ? values.fromPlain(names.plain(id), resultOf(id))
      : values.fromChannelsLast(last, channelsOf(id), resultOf(id));
  }

  function take(id: number, value: EightBitValue): Written {
    made.set(id, value);
    return {};
  }

  function convolve(id: number, [x, kernel, bias]: readonly number[], dilation: number): Written | undefined {
    const weights = names.known(kernel!);
    const biases = bias === undefined ? undefined : names.known(bias);
    if (weights === undefined || (bias !== undefined && biases === undefined)) return undefined;
    const [cout, cin, taps] = weights.shape as [number, number, number];
    // One channel is the predicted noise, or the signal that it is found in: these keep all their bits.
    if (cin === 1 || cout === 1) return undefined;
    const kernelAndBiases = { kernel: weights, biases: biases?.data };
    const upsampled = waiting.has(x!) ? sourceOf(x!) : undefined;
    const attributes = upsampled && { factor: upsampled.factor, dilation, taps };
    if (attributes && upsampled.samples >= FEWEST && reachesLittle(attributes)) {
      const low = at(upsampled.id);
      return take(id, convolver.convolveUpsampled(low, kernelAndBiases, attributes, resultOf(id)));
    }
    const padding = (dilation * (taps - 1)) / 2;
    return take(id, convolver.convolve(at(x!), kernelAndBiases, { dilation, padding }, resultOf(id)));
  }

  /** What is upsampled, by which factor, and its fewest samples. */
  function sourceOf(upsampled: number): { id: number; factor: number; samples: number } | undefined {
    const node = graph.nodes[upsampled]!;
    if (node.kind !== 'step' || node.step.name !== 'upsampleLinear') return undefined;
    const [id] = node.inputs as readonly [number];
    const [, , time] = shapeOf(id);
    return { id, factor: node.step.attributes.factor, samples: typeof time === 'number' ? time : time!.times };
  }

  function lower(id: number, { step, inputs }: StepNode): Written | undefined {
    if (!fits(id) || !fits(inputs[0]!)) return undefined;
    const [x] = inputs as readonly [number];
    if (step.name === 'conv1d') return convolve(id, inputs, step.attributes.dilation);
    if (!inputs.some(isThere) || !inputs.every(fits)) return undefined;
    switch (step.name) {
      case 'add':
        return take(id, values.apply('QLinearAdd', inputs.map(at), resultOf(id)));
      case 'mul':
        return take(id, values.apply('QLinearMul', inputs.map(at), resultOf(id)));
      case 'leakyRelu': {
        const attributes = { alpha: { float: step.attributes.slope } };
        return take(id, values.apply('QLinearLeakyRelu', [at(x)], resultOf(id), attributes));
      }
      case 'downsampleLinear':
        return take(id, resampler.down(at(x), step.attributes.factor, channelsOf(x)));
      case 'upsampleLinear':
        waiting.set(id, () => resampler.up(at(x), step.attributes.factor, channelsOf(x)));
        return {};
      default:
        return undefined;
    }
  }

  return {
    plain: (id) => (isThere(id) ? values.toPlain(at(id)) : undefined),
    channelsLast: (id) => (isThere(id) ? values.toChannelsLast(at(id), channelsOf(id)) : undefined),
    lower,
  };
}
