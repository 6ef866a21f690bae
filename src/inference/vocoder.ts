import type { Precision } from '../diffusion/process.ts';
import { type SampleOptions, sample } from '../diffusion/sampler.ts';
import type { EngineOptions } from '../engine/engine.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { loadModelConfig } from '../model/load-config.ts';
import { loadModel, type Model } from '../model/model.ts';
import { modelFiles } from '../model/model-files.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';
import { chunkedNetwork } from './chunked-network.ts';
import { chunkSizes, chunksOf } from './chunks.ts';

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
 * A vocoder of a trained network. Each reverse step of a mel of more than `chunkSizes` goes through the
 * network in chunks of one length, for which it is compiled, over one state of the whole length.
 *
 * @param path as loadModel has it, also `configPath` and `options`
 * @throws InputError where the config cannot be read
 */
export async function openVocoder(path: string, configPath?: string, options: EngineOptions = {}): Promise<Vocoder> {
  const config = await loadModelConfig(await modelFiles(path), configPath);
  const { n_mels: nMels, hop_length: hop } = config.data_config;
  const sizes = chunkSizes(config);
  const models = new Map<number | undefined, Promise<Model>>();
  /** @param frames of all mels, or undefined for any */
  const modelFor = (frames: number | undefined): Promise<Model> => {
    const known = models.get(frames);
    if (known !== undefined) return known;
    const model = loadModel(path, configPath, frames === undefined ? options : { ...options, sizes: { frames } });
    models.set(frames, model);
    return model;
  };
  const modelOf = (frames: number) => modelFor(frames < sizes.length ? undefined : sizes.length);
  return {
    config,
    async load(frames) {
      await modelOf(frames);
    },
    async synthesise({ mels, betas, clamp, precision, noise, onCall, onStep, isCancelled = () => false }) {
      const frames = mels.length / nMels;
      const chunks = chunksOf(frames, sizes);
      const { predictNoise } = await modelOf(frames);
      const samples = frames * hop;
      const drawn = new Float32Array(samples);
      const network = chunkedNetwork({
        predictNoise,
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
