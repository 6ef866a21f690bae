import { computedBefore, type TwoParts } from '../graph/passes/computed-before.ts';
import { convolveBeforeUpsampling } from '../graph/passes/convolve-before-upsampling.ts';
import type { WaveGradConfig } from './config.ts';
import { buildWaveGrad } from './wavegrad.ts';

/** The network of `buildWaveGrad` as it is run: with less to do for the same result, and apart what depends on the mels alone. */
export function networkParts(config: WaveGradConfig): TwoParts {
  return computedBefore(convolveBeforeUpsampling(buildWaveGrad(config)), new Set(['mels']));
}
