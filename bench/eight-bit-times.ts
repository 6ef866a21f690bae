/** The time of one network evaluation in float32 and in eight bits, alternately, with random weights. */
import { calibrate, compileEightBit } from '../src/engine/onnxruntime/eight-bit/program.ts';
import { compile } from '../src/engine/onnxruntime/program.ts';
import type { Graph } from '../src/graph/graph.ts';
import type { WaveGradConfig } from '../src/model/config.ts';
import { eightBitParts } from '../src/model/eight-bit-model.ts';
import { networkParts } from '../src/model/network-parts.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { bestSeconds } from './best-seconds.ts';
import { randomInputs, randomWeights } from './random-network.ts';

const FRAMES = 72;
const KNOWN = { sizes: { frames: FRAMES } };

export interface Times {
  /** Best seconds of one evaluation. */
  readonly float: number;
  /** With so many of the highest rates in float32. */
  readonly eight: readonly { readonly floatRates: number; readonly seconds: number }[];
}

export async function timeNetworks(
  config: WaveGradConfig,
  floatRates: readonly number[],
  rounds: number,
): Promise<Times> {
  const weights = randomWeights(buildWaveGrad(config));
  const { mels, ...others } = randomInputs(config, FRAMES);
  const inputsOf = async (before: Graph) => {
    const program = await compile(before, weights, KNOWN);
    const fromMels = await program.run({ mels });
    await program.dispose();
    return { ...fromMels, ...others };
  };
  const { before, rest } = networkParts(config);
  const networks = [
    { inputs: await inputsOf(before), program: await compile(rest, weights, KNOWN), best: Number.POSITIVE_INFINITY },
  ];
  for (const count of floatRates) {
    const parts = eightBitParts(config, count);
    const inputs = await inputsOf(parts.before);
    const ranges = await calibrate(parts.rest, weights, parts.values, [inputs]);
    const program = await compileEightBit(parts.rest, weights, ranges, KNOWN);
    networks.push({ inputs, program, best: Number.POSITIVE_INFINITY });
  }
  for (let round = 0; round < rounds; round++) {
    for (const network of networks) {
      network.best = Math.min(network.best, await bestSeconds(() => network.program.run(network.inputs), 1));
    }
  }
  await Promise.all(networks.map(({ program }) => program.dispose()));
  const [float, ...eight] = networks.map(({ best }) => best);
  return { float: float!, eight: eight.map((seconds, i) => ({ floatRates: floatRates[i]!, seconds })) };
}
