import { compile } from '../engine/compile.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { readInput } from '../formats/read-input.ts';
import { gradients } from '../graph/differentiate.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { convolveBeforeUpsampling } from '../graph/passes/convolve-before-upsampling.ts';
import { readWeights } from './checkpoint.ts';
import type { WaveGradConfig } from './config.ts';
import { loadModelConfig } from './load-config.ts';
import { modelFiles } from './model-files.ts';
import { buildWaveGrad, ENCODING_BASE, ENCODING_SCALE } from './wavegrad.ts';

/**
 * Takes a cotangent of the predicted noise ε̂ back to what the network was asked, which are the inputs of `predictNoise`: gives the gradient of
 * Σ cotangent · ε̂ by y_n and by ℓ_n.
 */
export type PullBackNoise = (input: {
  readonly signal: Float32Array;
  readonly mels: Float32Array;
  readonly noiseLevels: Float32Array;
  readonly batch: number;
  /** [batch, samples]. */
  readonly cotangent: Float32Array;
  /**
   * Over which standard deviation of ln σ the derivative by the level is averaged. The network is told its level by sines of up to 5,000 rad: its exact
   * derivative, for 0, is mostly that of the fastest ones, and holds for changes of ln σ below 1e-3.
   */
  readonly levelSpread: number;
}) => Promise<{
  /** [batch, samples]. */
  readonly bySignal: Float32Array;
  /** [batch]. */
  readonly byNoiseLevels: Float64Array;
}>;

/** A network that is ready to be differentiated by what it is asked. */
interface Pullback {
  readonly pullBackNoise: PullBackNoise;
  /** Frees the engine's memory; it cannot be used afterwards. */
  dispose(): Promise<void>;
}

/** Loads a trained network to be differentiated, in a session of its own. Parameters and errors are those of `loadModel`. */
export async function loadPullback(path: string, configPath?: string, options?: EngineOptions): Promise<Pullback> {
  const files = await modelFiles(path);
  const config = await loadModelConfig(files, configPath);
  const { graph, encodings } = buildPullback(config);
  const checkpoint = await readInput(files.checkpoint, 'the checkpoint');
  const program = await compile(graph, readWeights(checkpoint, files.checkpoint, graph.parameters()), options);
  const { n_mels: nMels } = config.data_config;
  return {
    async pullBackNoise({ signal, mels, noiseLevels, batch, cotangent, levelSpread }) {
      const shape = [batch, signal.length / batch];
      const outputs = await program.run({
        mels: { data: mels, shape: [batch, nMels, mels.length / (batch * nMels)] },
        signal: { data: signal, shape },
        noiseLevels: { data: noiseLevels, shape: [batch] },
        cotangent: { data: cotangent, shape },
      });
      const byNoiseLevels = Float64Array.from(noiseLevels, (level, row) => {
        const slopes = encodings.map((name) => {
          const { data } = outputs[name]!;
          const half = data.length / batch;
          return slopeByLevel(data.subarray(row * half, (row + 1) * half), level, levelSpread);
        });
        return slopes.reduce((sum, slope) => sum + slope, 0);
      });
      return { bySignal: outputs.bySignal!.data, byNoiseLevels };
    },
    dispose: () => program.dispose(),
  };
}

/**
 * The slope by a level ℓ of what depends on its positional encoding, where its gradient by the encoding's phases is known, averaged over normal
 * deviations of ln σ: those of ℓ are ℓ (1 − ℓ²) times as large, to first order, and the mean of cos(φ + r z) over a standard normal z is cos φ · exp(−r²/2).
 *
 * @param levelSpread standard deviation of ln σ; 0 for the slope at ℓ itself
 */
export function slopeByLevel(byPhases: Float32Array, level: number, levelSpread: number): number {
  const spread = levelSpread * level * (1 - level * level);
  return byPhases.reduce((sum, byPhase, j) => {
    const rate = ENCODING_SCALE * ENCODING_BASE ** (j / byPhases.length);
    return sum + byPhase * rate * Math.exp(-((rate * spread) ** 2) / 2);
  }, 0);
}

/**
 * The vector-Jacobian products as one program: the inputs of `buildWaveGrad` and `cotangent` [batch, frames · hop] → `bySignal` [batch, frames · hop]
 * and, named by `encodings`, the gradient by the phases of each encoding of the noise level, [batch, half of its channels].
 */
function buildPullback(config: WaveGradConfig): { readonly graph: Graph; readonly encodings: readonly string[] } {
  const graph = convolveBeforeUpsampling(buildWaveGrad(config));
  const noise = graph.outputs.get('noise')!;
  const weighted = graph.apply({ name: 'mul', attributes: {} }, noise, graph.input('cotangent', noise.shape));
  const sum = graph.apply({ name: 'reduceSum', attributes: { axes: [0, 1] } }, weighted);
  const at = (id: number): Value => ({ id, shape: graph.nodes[id]!.shape });
  const signal = at(graph.nodes.findIndex((node) => node.kind === 'input' && node.name === 'signal'));
  const phases = graph.nodes.flatMap((node) =>
    node.kind === 'step' && node.step.name === 'sin' ? [at(node.inputs[0]!)] : [],
  );
  const [bySignal, ...byPhases] = gradients(graph, sum, [signal, ...phases]);
  graph.outputs.clear();
  graph.output('bySignal', bySignal!);
  const encodings = byPhases.map((value, i) => {
    graph.output(`byPhases.${i}`, value);
    return `byPhases.${i}`;
  });
  return { graph, encodings };
}
