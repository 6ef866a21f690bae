import { InputError } from '../formats/input-error.ts';
import type { ModelConfig, WaveGradConfig } from '../model/config.ts';
import { defaultHop, hopFactors, nearHops } from './hops.ts';

/**
 * How wide a network is, as the widths of its narrowest stages: the reference's, a quarter and an eighth of it. With five factors that
 * is 15.8, 1.04 and 0.28 million parameters.
 */
const WIDTHS = { full: 128, small: 32, tiny: 16 } as const;

export type ModelSize = keyof typeof WIDTHS;
export const MODEL_SIZES = Object.keys(WIDTHS) as readonly ModelSize[];

/** Widths of upsampling stages, as multiples of the narrowest: the reference's five, and as many of the narrowest beyond. */
const STAGES = [4, 4, 2, 1, 1, 1];

/** Sample rates of a new model, in Hz. */
export const LOWEST_RATE = 8000;
export const HIGHEST_RATE = 48_000;

const SEGMENT_SECONDS = 7200 / 22_050;
const WINDOW_SECONDS = 0.05;
const BATCH_SEGMENTS = 8;

export interface NewConfig {
  readonly size: ModelSize;
  /** In Hz, a whole number from 8,000 to 48,000. */
  readonly sampleRate: number;
  /** Samples a frame of mels; default: `defaultHop`. */
  readonly hop?: number;
  /** Where the training is kept; default: logs/ and the size and rate. */
  readonly logdir?: string;
  /** Filelists; default: the reference's, filelists/train.txt and filelists/test.txt. */
  readonly train?: string;
  readonly test?: string;
}

/**
 * A config.json for a model of one's own: ivanvovk/WaveGrad's configs/default.json with the front end and the segments scaled to the
 * sample rate. Other than there, the mels have a floor, which keeps silence from being as loud as power 1; the learning rate is
 * constant, since decays that count epochs end a training early where the recordings are few; and the batch is one that a processor
 * trains with, in float32.
 *
 * @throws {InputError} for a sample rate that is none, and for a hop that is not a product of 4 to 6 factors from 2 to 8 or is longer
 * than the window
 */
export function newConfig(wanted: NewConfig): WaveGradConfig {
  const { size, sampleRate, train = 'filelists/train.txt', test = 'filelists/test.txt' } = wanted;
  if (!Number.isInteger(sampleRate) || sampleRate < LOWEST_RATE || sampleRate > HIGHEST_RATE) {
    throw new InputError(
      `sample rate: expected a whole number of Hz from ${LOWEST_RATE} to ${HIGHEST_RATE}, got ${sampleRate}`,
    );
  }
  const nFft = transformSize(sampleRate);
  const window = Math.min(nFft, Math.round(WINDOW_SECONDS * sampleRate));
  const hop = wanted.hop ?? defaultHop(sampleRate);
  const factors = hop <= window ? hopFactors(hop) : undefined;
  if (factors === undefined) {
    throw new InputError(
      `hop: expected a product of 4 to 6 factors from 2 to 8, at most the window of ${window} samples, such as ` +
        `${nearHops(hop, window).join(' or ')}, got ${hop}`,
    );
  }
  return {
    model_config: network(factors, WIDTHS[size]),
    data_config: {
      sample_rate: sampleRate,
      n_fft: nFft,
      win_length: window,
      hop_length: hop,
      f_min: 80,
      f_max: Math.min(8000, sampleRate / 2),
      n_mels: 80,
      mel_floor: 1e-5,
    },
    training_config: {
      logdir: wanted.logdir ?? `logs/${size}-${sampleRate}`,
      continue_training: false,
      train_filelist_path: train,
      test_filelist_path: test,
      batch_size: BATCH_SEGMENTS,
      segment_length: Math.round((SEGMENT_SECONDS * sampleRate) / hop) * hop,
      lr: 1e-3,
      lr_schedule: 'constant',
      grad_clip_threshold: 1,
      n_epoch: 100_000_000,
      n_samples_to_test: 4,
      test_interval: 1,
      use_fp16: false,
      training_noise_schedule: { n_iter: 1000, betas_range: [1e-6, 0.01] },
      test_noise_schedule: { n_iter: 50, betas_range: [1e-6, 0.01] },
    },
  };
}

/** The power of two that is nearest to the reference's 46 milliseconds on a logarithmic scale, but at least 1,024. */
function transformSize(sampleRate: number): number {
  return Math.max(1024, 2 ** Math.round(Math.log2((1024 * sampleRate) / 22_050)));
}

function network(factors: readonly number[], width: number): ModelConfig {
  const up = STAGES.slice(0, factors.length).map((times) => times * width);
  const down = up.toReversed().slice(0, -1);
  return {
    factors: [...factors],
    upsampling_preconv_out_channels: 6 * width,
    upsampling_out_channels: up,
    upsampling_dilations: up.map((_, i) => (i < 2 ? [1, 2, 1, 2] : [1, 2, 4, 8])),
    downsampling_preconv_out_channels: 32,
    downsampling_out_channels: down,
    downsampling_dilations: down.map(() => [1, 2, 4]),
  };
}
