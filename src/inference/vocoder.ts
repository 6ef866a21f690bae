import type { Precision } from '../diffusion/process.ts';
import { type SampleOptions, sample } from '../diffusion/sampler.ts';
import type { EngineOptions } from '../engine/engine.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { loadModelConfig } from '../model/load-config.ts';
import { loadModel, type Model } from '../model/model.ts';
import { modelFiles } from '../model/model-files.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';
import { chunkedNetwork } from './chunked-network.ts';
import { type Chunk, chunkSizes, chunksOf } from './chunks.ts';

/** What speech is made of a mel by. */
export interface Synthesis {
  /** [n_mels, frames], as the model was trained on. */
  readonly mels: Float32Array;
  /** β_1 … β_N. */
  readonly betas: readonly number[];
  readonly clamp: Clamp;
  readonly precision: Precision;
  /** Fills `out` with standard normal noise: see `sample`, which says what k is. */
  readonly noise: (out: Float32Array, k: number) => void;
  /** Told after each evaluation of the network, of which a step has one for each chunk. */
  readonly onCall?: () => void;
  /** As `sample` has it. */
  readonly onStep?: SampleOptions['onStep'];
  /** Asked before each evaluation of the network. */
  readonly isCancelled?: () => boolean;
}

/** A network that makes speech of mels of any length, in memory that grows with the length by little more than the speech itself. */
export interface Vocoder {
  readonly config: WaveGradConfig;
  /** Loads what speech of so many frames takes, which `synthesise` would do otherwise: an InputError where the checkpoint cannot be read. */
  load(frames: number): Promise<void>;
  /** The speech, [frames · hop]; undefined where it was cancelled. */
  synthesise(synthesis: Synthesis): Promise<Float32Array | undefined>;
  dispose(): Promise<void>;
}

/**
 * A vocoder of a trained network. Each reverse step goes through the network in chunks, over one state of the whole length. Those of `chunkSizes`, all but the last,
 * have a program compiled for their length.
 *
 * @param path as loadModel has it, also `configPath` and `options`
 * @throws InputError where the config cannot be read
 */
export async function openVocoder(path: string, configPath?: string, options: EngineOptions = {}): Promise<Vocoder> {
  const config = await loadModelConfig(await modelFiles(path), configPath);
  const { n_mels: nMels, hop_length: hop } = config.data_config;
  const sizes = chunkSizes(config);
  const models = new Map<'whole' | 'rest', Promise<Model>>();
  const kindOf = ({ frames }: Chunk) => (frames === sizes.length ? 'whole' : 'rest');
  /** The networks of some chunks: of those of the usual length, and of any. */
  const modelsFor = async (chunks: readonly Chunk[]): Promise<ReadonlyMap<string, Model>> => {
    const ready = new Map<string, Model>();
    for (const kind of new Set(chunks.map(kindOf))) {
      const own = kind === 'whole' ? { ...options, sizes: { frames: sizes.length } } : options;
      const model = models.get(kind) ?? loadModel(path, configPath, own);
      models.set(kind, model);
      ready.set(kind, await model);
    }
    return ready;
  };
  return {
    config,
    async load(frames) {
      await modelsFor(chunksOf(frames, sizes));
    },
    async synthesise({ mels, betas, clamp, precision, noise, onCall, onStep, isCancelled = () => false }) {
      const frames = mels.length / nMels;
      const chunks = chunksOf(frames, sizes);
      const ready = await modelsFor(chunks);
      const samples = frames * hop;
      const drawn = new Float32Array(samples);
      const network = chunkedNetwork({
        networkFor: (chunk) => ready.get(kindOf(chunk))!.predictNoise,
        chunks,
        data: config.data_config,
        beforeCall() {
          if (isCancelled()) throw CANCELLED;
        },
        afterCall: () => onCall?.(),
      });
      try {
        return await sample({
          predictNoise: network,
          betas,
          mels,
          batch: 1,
          samples,
          // One array for all steps: each is read before the next is drawn.
          noise(k) {
            noise(drawn, k);
            return drawn;
          },
          clamp,
          precision,
          onStep,
        });
      } catch (error) {
        if (error === CANCELLED) return undefined;
        throw error;
      }
    },
    async dispose() {
      await Promise.all([...models.values()].map(async (model) => (await model).dispose()));
    },
  };
}

const CANCELLED = new Error('cancelled');
