import type { Graph } from '../../../graph/graph.ts';
import type { Tensor } from '../../../graph/operation.ts';
import type { EngineOptions, Program } from '../../engine.ts';
import { channelBlock } from '../channel-block.ts';
import { lowerToOnnx } from '../lower.ts';
import { start } from '../program.ts';
import { largestWeight } from './largest-weight.ts';
import type { Range, Ranges } from './ranges.ts';

/**
 * Compiles a graph, for the CPU, with the values that have a range in eight-bit numbers: ranges as `calibrate` gives them. Where the processor has no
 * fast products of such numbers it is slower than `compile`.
 */
export async function compileEightBit(
  graph: Graph,
  weights: ReadonlyMap<string, Float32Array>,
  ranges: Ranges,
  options: Pick<EngineOptions, 'threads' | 'sizes' | 'profile'> = {},
): Promise<Program> {
  const eightBits = { ranges, largestWeight: await largestWeight() };
  const lowering = { channelBlock: await channelBlock(), sizes: options.sizes, eightBits };
  return start(lowerToOnnx(graph, weights, lowering), options);
}

/**
 * The range of each of these values, of three dimensions, over some runs of a graph in float32, on one thread of the CPU: the same for the same runs.
 *
 * @param values their ids
 * @param runs the graph's inputs, run by run
 */
export async function calibrate(
  graph: Graph,
  weights: ReadonlyMap<string, Float32Array>,
  values: readonly number[],
  runs: Iterable<Readonly<Record<string, Tensor>>>,
): Promise<Ranges> {
  const program = await start(lowerToOnnx(graph, weights, { observed: values }), {});
  const ranges: Record<number, Range> = {};
  for (const inputs of runs) {
    const outputs = await program.run(inputs);
    for (const id of values) {
      const [min, max] = [outputs[`min.${id}`]!.data[0]!, outputs[`max.${id}`]!.data[0]!];
      const known = ranges[id];
      ranges[id] = known === undefined ? [min, max] : [Math.min(min, known[0]), Math.max(max, known[1])];
    }
  }
  await program.dispose();
  return ranges;
}
