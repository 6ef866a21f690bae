import { Graph, type Value } from '../graph/graph.ts';
import { symbolic } from '../graph/shape.ts';
import type { WaveGradConfig } from './config.ts';

const SLOPE = 0.2;
export const ENCODING_SCALE = 5000;
export const ENCODING_BASE = 1e-4;

/**
 * WaveGrad (Chen et al. 2020, arXiv 2009.00713) as a tensor program: mels [batch, n_mels, frames], signal y_n [batch, frames · hop]
 * and noiseLevels ℓ_n [batch] → noise, the predicted ε [batch, frames · hop]. Any batch and any number of frames.
 * Parameters have the names of ivanvovk/WaveGrad's state dict, whose layers it mirrors.
 */
export function buildWaveGrad({ model_config: model, data_config: data }: WaveGradConfig): Graph {
  const graph = new Graph();
  const { factors } = model;
  const samples = symbolic('frames', data.hop_length);
  const batch = symbolic('batch');
  const mels = graph.input('mels', [batch, data.n_mels, symbolic('frames')]);
  const signal = graph.input('signal', [batch, samples]);
  const noiseLevels = graph.input('noiseLevels', [batch]);

  const conv = (name: string, x: Value, cout: number, taps: number, dilation = 1): Value => {
    const cin = x.shape[1] as number;
    const kernel = graph.parameter(`nn.${name}.conv1d.weight`, [cout, cin, taps]);
    const bias = graph.parameter(`nn.${name}.conv1d.bias`, [cout]);
    return graph.apply({ name: 'conv1d', attributes: { dilation } }, x, kernel, bias);
  };
  const leakyRelu = (x: Value) => graph.apply({ name: 'leakyRelu', attributes: { slope: SLOPE } }, x);
  const add = (a: Value, b: Value) => graph.apply({ name: 'add', attributes: {} }, a, b);
  const mul = (a: Value, b: Value) => graph.apply({ name: 'mul', attributes: {} }, a, b);
  const up = (x: Value, factor: number) => graph.apply({ name: 'upsampleLinear', attributes: { factor } }, x);
  const down = (x: Value, factor: number) => graph.apply({ name: 'downsampleLinear', attributes: { factor } }, x);

  const angles = mul(
    graph.apply({ name: 'unsqueeze', attributes: { axis: 1 } }, noiseLevels),
    graph.constant(Float32Array.of(ENCODING_SCALE), [1, 1]),
  );
  /** Positional encoding of the noise level (the paper's section 3.2, with the reference's constants): [batch, channels, 1]. */
  const encode = (channels: number): Value => {
    const half = channels / 2;
    const phases = mul(angles, graph.constant(encodingRates(half), [1, half]));
    const sines = graph.apply({ name: 'sin', attributes: {} }, phases);
    const cosines = graph.apply({ name: 'cos', attributes: {} }, phases);
    const both = graph.apply({ name: 'concat', attributes: {} }, sines, cosines);
    return graph.apply({ name: 'unsqueeze', attributes: { axis: 2 } }, both);
  };

  const film = (name: string, x: Value, cout: number): Modulation => {
    const cin = x.shape[1] as number;
    const h = add(leakyRelu(conv(`${name}.signal_conv.0`, x, cin, 3)), encode(cin));
    return { scale: conv(`${name}.scale_conv`, h, cout, 3), shift: conv(`${name}.shift_conv`, h, cout, 3) };
  };
  const downsamplingBlock = (
    name: string,
    x: Value,
    cout: number,
    factor: number,
    dilations: readonly number[],
  ): Value => {
    // The reference resamples after the 1×1 residual convolution; the two commute, and this order shares one resampling.
    const low = down(x, factor);
    let h = low;
    dilations.forEach((dilation, i) => {
      h = conv(`${name}.main_branch.${i + 1}.convolution`, leakyRelu(h), cout, 3, dilation);
    });
    return add(h, conv(`${name}.residual_branch.0`, low, cout, 1));
  };
  const modulate = (name: string, x: Value, { scale, shift }: Modulation, dilation: number): Value =>
    conv(`${name}.convolution`, leakyRelu(add(mul(scale, x), shift)), x.shape[1] as number, 3, dilation);
  const upsamplingBlock = (
    name: string,
    x: Value,
    modulation: Modulation,
    cout: number,
    factor: number,
    [d0, d1, d2, d3]: readonly number[],
  ): Value => {
    const first = conv(`${name}.first_block_main_branch.upsampling.2`, up(leakyRelu(x), factor), cout, 3, d0);
    const main = modulate(`${name}.first_block_main_branch.modulation`, first, modulation, d1!);
    const h = add(main, up(conv(`${name}.first_block_residual_branch.0`, x, cout, 1), factor));
    const inner = modulate(`${name}.second_block_main_branch.modulation_0`, h, modulation, d2!);
    return add(h, modulate(`${name}.second_block_main_branch.modulation_1`, inner, modulation, d3!));
  };

  const filmChannels = model.upsampling_out_channels.toReversed();
  const y = graph.apply({ name: 'unsqueeze', attributes: { axis: 1 } }, signal);
  let h = conv('dblock_preconv', y, model.downsampling_preconv_out_channels, 5);
  const modulations = [film('films.0', h, filmChannels[0]!)];
  const downFactors = factors.slice(1).toReversed();
  downFactors.forEach((factor, i) => {
    const cout = model.downsampling_out_channels[i]!;
    h = downsamplingBlock(`dblocks.${i}`, h, cout, factor, model.downsampling_dilations[i]!);
    modulations.push(film(`films.${i + 1}`, h, filmChannels[i + 1]!));
  });

  let x = conv('ublock_preconv', mels, model.upsampling_preconv_out_channels, 3);
  factors.forEach((factor, i) => {
    const cout = model.upsampling_out_channels[i]!;
    const modulation = modulations[factors.length - 1 - i]!;
    x = upsamplingBlock(`ublocks.${i}`, x, modulation, cout, factor, model.upsampling_dilations[i]!);
  });
  const noise = conv('ublock_postconv', x, 1, 3);
  graph.output('noise', graph.apply({ name: 'squeeze', attributes: { axis: 1 } }, noise));
  return graph;
}

interface Modulation {
  readonly scale: Value;
  readonly shift: Value;
}

/** 1e-4^(j/half) for j = 0 … half − 1, rounded to float32 where the reference rounds. */
function encodingRates(half: number): Float32Array {
  const base = Math.fround(ENCODING_BASE);
  return Float32Array.from({ length: half }, (_, j) => base ** Math.fround(j / half));
}
