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

/** A network in two parts. */
export interface Conditioned {
  readonly dataConfig: Pick<DataConfig, 'n_mels' | 'hop_length'>;
  /** Gives what the rest reads in place of the mels. */
  readonly fromMels: Program;
  /** Which program is the rest, for these noise levels. */
  readonly restFor: (noiseLevels: Float32Array) => Program;
  /** The only length of mels that the programs take; default: any. */
  readonly frames?: number;
}

/** Asks a network whose first part is run once for each array of mels, and what it gives kept as long as that array is. */
export function conditioned({
  dataConfig: { n_mels: nMels, hop_length: hop },
  fromMels,
  restFor,
  frames: only,
}: Conditioned): (input: NetworkInput) => Promise<Float32Array> {
  const kept = new WeakMap<Float32Array, Conditioning>();
  return async ({ signal, mels, noiseLevels, batch }) => {
    const frames = mels.length / (batch * nMels);
    if (only !== undefined && frames !== only) {
      throw new RangeError(
        `predictNoise: mels of ${only} frames were expected, as the model was loaded for, got ${frames}`,
      );
    }
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
