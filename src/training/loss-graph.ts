import { gradients } from '../graph/differentiate.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { convolveBeforeUpsampling } from '../graph/passes/convolve-before-upsampling.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { buildWaveGrad } from '../model/wavegrad.ts';

/** How far predicted noise is from the noise that was added: mean |ε − ε̂| as in the paper, or mean (ε − ε̂)². */
export type LossName = 'l1' | 'l2';

/** The name of the output that holds a parameter's gradient. */
export function gradientName(parameter: string): string {
  return `gradient of ${parameter}`;
}

/**
 * The training step up to the gradients as one program: the inputs of `buildWaveGrad`, `target`, the noise ε [batch, frames · hop], and
 * `share` [1, 1], by which the loss is multiplied → `loss` [1, 1] and, under `gradientName`, the gradient of it by each parameter.
 * With the part that the rows are of a whole batch as their share, the sums over several such runs are the whole batch's.
 */
export function buildLoss(config: WaveGradConfig, name: LossName): Graph {
  const graph = convolveBeforeUpsampling(buildWaveGrad(config));
  const noise = graph.outputs.get('noise')!;
  const target = graph.input('target', noise.shape);
  const error = graph.apply({ name: 'sub', attributes: {} }, noise, target);
  const mean = graph.apply({ name: 'mean', attributes: {} }, distance(graph, error, name));
  const loss = graph.apply({ name: 'mul', attributes: {} }, mean, graph.input('share', [1, 1]));
  const parameters = graph.parameters();
  const values = gradients(
    graph,
    loss,
    parameters.map(({ value }) => value),
  );
  graph.outputs.clear();
  graph.output('loss', loss);
  for (const [i, { name: parameter }] of parameters.entries()) graph.output(gradientName(parameter), values[i]!);
  return graph;
}

function distance(graph: Graph, error: Value, name: LossName): Value {
  if (name === 'l1') return graph.apply({ name: 'abs', attributes: {} }, error);
  return graph.apply({ name: 'mul', attributes: {} }, error, error);
}
