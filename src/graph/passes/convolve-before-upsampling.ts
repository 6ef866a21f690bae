import type { Graph, Value } from '../graph.ts';
import { reachesLittle } from '../operations/tap-weights.ts';
import type { Shape } from '../shape.ts';
import { rewrite } from './rewrite.ts';

/**
 * A graph that computes the same, where a convolution of a linearly upsampled signal is done at the low rate, tap by tap, and the taps
 * are upsampled instead (see upsampleTaps): at 1/factor of the multiplications. Taps that reach over more than half a factor stay.
 *
 * @param concerns which convolutions, by the shapes of their results; default: all
 */
export function convolveBeforeUpsampling(graph: Graph, concerns: (shape: Shape) => boolean = () => true): Graph {
  return rewrite(graph, (result, node, at) => {
    if (node.step.name !== 'conv1d' || !concerns(node.shape)) return undefined;
    const [x, kernel, bias] = node.inputs as [number, number, number?];
    const source = graph.nodes[x]!;
    if (source.kind !== 'step' || source.step.name !== 'upsampleLinear') return undefined;
    const taps = graph.nodes[kernel]!.shape[2] as number;
    const attributes = { ...source.step.attributes, ...node.step.attributes, taps };
    if (!reachesLittle(attributes)) return undefined;
    const stacked = result.apply({ name: 'stackTaps', attributes: {} }, at(kernel));
    const biases = bias === undefined ? [] : [onCentreTap(result, at(bias), taps)];
    const step = { name: 'conv1d', attributes: { dilation: 1 } } as const;
    const low = result.apply(step, at(source.inputs[0]!), stacked, ...biases);
    return result.apply({ name: 'upsampleTaps', attributes }, low);
  });
}

/** [cout] → [cout · taps]. The centre tap is never moved, so that a bias upsampled with it reaches every sample, once. */
function onCentreTap(graph: Graph, bias: Value, taps: number): Value {
  const beside = (taps - 1) / 2;
  const column = graph.apply({ name: 'unsqueeze', attributes: { axis: 1 } }, bias);
  const kernel = graph.apply({ name: 'unsqueeze', attributes: { axis: 2 } }, column);
  const padded = graph.apply({ name: 'pad', attributes: { axis: 2, before: beside, after: beside } }, kernel);
  const stacked = graph.apply({ name: 'stackTaps', attributes: {} }, padded);
  const flat = graph.apply({ name: 'squeeze', attributes: { axis: 2 } }, stacked);
  return graph.apply({ name: 'squeeze', attributes: { axis: 1 } }, flat);
}
