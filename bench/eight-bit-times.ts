/** The time of one network evaluation in float32 and in eight bits, alternately, with random weights. */
import { calibrate, compileEightBit } from '../src/engine/onnxruntime/eight-bit/program.ts';
import { compile } from '../src/engine/onnxruntime/program.ts';
import type { Graph } from '../src/graph/graph.ts';
import type { WaveGradConfig } from '../src/model/config.ts';
import { eightBitParts } from '../src/model/eight-bit-model.ts';
import { networkParts } from '../src/model/network-parts.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { fillNormal } from '../src/random/noise.ts';
import { bestSeconds } from './best-seconds.ts';

const FRAMES = 72;
const KNOWN = { sizes: { frames: FRAMES } };

export interface Times {
  /** Best seconds of one evaluation. */
  readonly float: number;
  /** With so many of the highest rates in float32. */
  readonly eight: readonly { readonly floatRates: number; readonly seconds: number }[];
}

function normals(count: number, clip: number, scale: number): Float32Array {
  const out = fillNormal(new Float32Array(count), { seed: 0, purpose: 'scoring', clip, replicate: 0, k: 0 });
  return out.map((x) => x * scale);
}

export async function timeNetworks(
  config: WaveGradConfig,
  floatRates: readonly number[],
  rounds: number,
): Promise<Times> {
  const graph = buildWaveGrad(config);
  const weights = new Map(
    graph.parameters().map(({ name, shape }, i) => {
      const [cout, ...fanIn] = shape;
      const inputs = fanIn.reduce((product, size) => product * size, 1);
      return [name, normals(cout! * inputs, i, 1 / Math.sqrt(inputs))];
    }),
  );
  const { n_mels: nMels, hop_length: hop } = config.data_config;
  const inputsOf = async (before: Graph) => {
    const program = await compile(before, weights, KNOWN);
    const fromMels = await program.run({ mels: { data: normals(nMels * FRAMES, 0, 1), shape: [1, nMels, FRAMES] } });
    await program.dispose();
    return {
      ...fromMels,
      signal: { data: normals(FRAMES * hop, 1, 0.3), shape: [1, FRAMES * hop] },
      noiseLevels: { data: Float32Array.of(0.5), shape: [1] },
    };
  };
  const { before, rest } = networkParts(config);
  const networks = [{ inputs: await inputsOf(before), program: await compile(rest, weights, KNOWN), best: Infinity }];
  for (const count of floatRates) {
    const parts = eightBitParts(config, count);
    const inputs = await inputsOf(parts.before);
    const ranges = await calibrate(parts.rest, weights, parts.values, [inputs]);
    networks.push({ inputs, program: await compileEightBit(parts.rest, weights, ranges, KNOWN), best: Infinity });
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
