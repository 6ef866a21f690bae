import type { Graph } from '../graph/graph.ts';
import { computedBefore } from '../graph/passes/computed-before.ts';
import { convolveBeforeUpsampling } from '../graph/passes/convolve-before-upsampling.ts';
import type { WaveGradConfig } from './config.ts';
import { buildWaveGrad } from './wavegrad.ts';

/** The network taken apart by how often its parts are needed, the outputs of one being inputs of the next under their names. */
export interface NetworkParts {
  /** What depends on the mels alone: mels [batch, n_mels, frames] → values of the network. */
  readonly fromMels: Graph;
  /** What depends on the noise levels alone: noiseLevels [batch] → values of the network. Undefined where it is part of the rest. */
  readonly fromLevels: Graph | undefined;
  /** Signal [batch, samples] and what the other parts give → noise [batch, samples]. */
  readonly rest: Graph;
  /** The trained weights of all of them. */
  readonly parameters: ReturnType<Graph['parameters']>;
}

/**
 * The network of `buildWaveGrad` as it is run: with less to do for the same result.
 *
 * @param options.levelsApart whether the encoding of the noise levels is a part of its own, for the CPU to run beside another device: it has
 * sines of up to 5,000 radians, and WGSL's are within 2^-11 only from −π to π (https://www.w3.org/TR/WGSL/#floating-point-accuracy). Default: no.
 */
export function networkParts(
  config: WaveGradConfig,
  { levelsApart = false }: { readonly levelsApart?: boolean } = {},
): NetworkParts {
  const graph = convolveBeforeUpsampling(buildWaveGrad(config));
  const { before: fromMels, rest } = computedBefore(graph, new Set(['mels']));
  const parameters = graph.parameters();
  if (!levelsApart) return { fromMels, fromLevels: undefined, rest, parameters };
  const { before: fromLevels, rest: others } = computedBefore(rest, new Set(['noiseLevels']), 'level');
  return { fromMels, fromLevels, rest: others, parameters };
}
