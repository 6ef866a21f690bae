import type { Program } from '../engine/engine.ts';
import type { DataConfig } from './config.ts';

/** What the network is asked: the noisy signal y_n [batch, samples], mels [batch, n_mels, frames] and levels ℓ_n [batch], samples = frames · hop_length. */
export interface NetworkInput {
  readonly signal: Float32Array;
  readonly mels: Float32Array;
  readonly noiseLevels: Float32Array;
  readonly batch: number;
}

/** What the network makes of mels, whatever the signal and its noise level. */
interface Conditioning {
  readonly batch: number;
  readonly values: ReturnType<Program['run']>;
}

/**
 * Asks the network in two parts, the first of which is run once for each array of mels and kept as long as that array is.
 *
 * @param fromMels gives what the rest reads in place of the mels
 * @param restFor which program is the rest, for these noise levels
 */
export function conditioned(
  { n_mels: nMels, hop_length: hop }: Pick<DataConfig, 'n_mels' | 'hop_length'>,
  fromMels: Program,
  restFor: (noiseLevels: Float32Array) => Program,
): (input: NetworkInput) => Promise<Float32Array> {
  const kept = new WeakMap<Float32Array, Conditioning>();
  return async ({ signal, mels, noiseLevels, batch }) => {
    const frames = mels.length / (batch * nMels);
    if (
      !Number.isInteger(frames) ||
      frames < 1 ||
      signal.length !== batch * frames * hop ||
      noiseLevels.length !== batch
    ) {
      throw new RangeError(
        `predictNoise: a batch of ${batch} takes ${batch}·${nMels}·frames mels, ${batch}·frames·${hop} samples and ${batch} levels, ` +
          `got ${mels.length}, ${signal.length} and ${noiseLevels.length}`,
      );
    }
    const known = kept.get(mels);
    const conditioning =
      known?.batch === batch
        ? known
        : { batch, values: fromMels.run({ mels: { data: mels, shape: [batch, nMels, frames] } }) };
    kept.set(mels, conditioning);
    const { noise } = await restFor(noiseLevels).run({
      ...(await conditioning.values),
      signal: { data: signal, shape: [batch, frames * hop] },
      noiseLevels: { data: noiseLevels, shape: [batch] },
    });
    return noise!.data;
  };
}
