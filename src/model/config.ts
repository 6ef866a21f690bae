import { z } from 'zod';
import { InputError } from '../formats/input-error.ts';
import { checkData } from '../formats/json.ts';

const count = z.int().positive();
/** Far beyond any network or front end, and small enough that tables of this size do no harm. */
const MOST_SIZE = 65_536;
const size = count.max(MOST_SIZE);
const channels = z.array(size).min(1);

const modelConfig = z.strictObject({
  factors: z.array(count).min(2),
  upsampling_preconv_out_channels: size,
  upsampling_out_channels: channels,
  upsampling_dilations: z.array(z.array(count).length(4)),
  downsampling_preconv_out_channels: size,
  downsampling_out_channels: channels,
  downsampling_dilations: z.array(channels),
});

/** The mel front end, under the reference's names; rates in Hz, lengths in samples. */
export const dataConfig = z.strictObject({
  sample_rate: count,
  n_fft: size,
  win_length: size,
  hop_length: size,
  f_min: z.number().nonnegative(),
  f_max: z.number().positive(),
  n_mels: size,
  /** Smallest mel power before the logarithm; without it silence becomes 0 as in the reference. */
  mel_floor: z.number().positive().optional(),
});

const wholeConfig = z.strictObject({
  model_config: modelConfig,
  data_config: dataConfig,
  training_config: z.looseObject({}).optional(),
  dist_config: z.looseObject({}).optional(),
});

export type ModelConfig = z.infer<typeof modelConfig>;
export type DataConfig = z.infer<typeof dataConfig>;
/** The reference's config.json. */
export type WaveGradConfig = z.infer<typeof wholeConfig>;

/**
 * Checks a parsed config.json, field by field and the fields against each other.
 * Throws an InputError that names `where` and the first field that is wrong, with what was expected and what came.
 */
export function parseConfig(json: unknown, where: string): WaveGradConfig {
  const config = checkData(json, wholeConfig, where);
  const fail = (message: string): never => {
    throw new InputError(`${where}: ${message}`);
  };
  const { model_config: model, data_config: data } = config;
  const product = model.factors.reduce((a, b) => a * b, 1);
  if (product !== data.hop_length) {
    fail(`the product of model_config.factors is ${product}, but data_config.hop_length is ${data.hop_length}`);
  }
  const lengths: [string, number, number][] = [
    ['upsampling_out_channels', model.upsampling_out_channels.length, model.factors.length],
    ['upsampling_dilations', model.upsampling_dilations.length, model.factors.length],
    ['downsampling_out_channels', model.downsampling_out_channels.length, model.factors.length - 1],
    ['downsampling_dilations', model.downsampling_dilations.length, model.factors.length - 1],
  ];
  for (const [field, got, wanted] of lengths) {
    if (got !== wanted) {
      fail(`model_config.${field} has ${got} entries, but ${wanted} go with ${model.factors.length} factors`);
    }
  }
  const levelChannels = [model.downsampling_preconv_out_channels, ...model.downsampling_out_channels];
  const odd = levelChannels.find((size) => size % 2 === 1);
  if (odd !== undefined)
    fail(`model_config: downsampling channels must be even for the noise-level encoding, got ${odd}`);
  if (!Number.isInteger(Math.log2(data.n_fft))) fail(`data_config.n_fft must be a power of two, got ${data.n_fft}`);
  if (data.win_length > data.n_fft)
    fail(`data_config.win_length is ${data.win_length}, more than n_fft, ${data.n_fft}`);
  if (data.f_min >= data.f_max) fail(`data_config.f_min is ${data.f_min}, not below f_max, ${data.f_max}`);
  if (data.f_max > data.sample_rate / 2) {
    fail(`data_config.f_max is ${data.f_max}, above half the sample_rate, ${data.sample_rate / 2}`);
  }
  return config;
}
