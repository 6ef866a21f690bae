import { dependence } from '../graph/dependence.ts';
import type { WaveGradConfig } from './config.ts';
import { buildWaveGrad } from './wavegrad.ts';

/**
 * The frames on either side of a frame, of mels and of signal, that the noise predicted for it depends on: within a part of a file, what is so
 * far from the part's ends is predicted as in the whole.
 */
export function haloFrames(config: WaveGradConfig): number {
  const { hop_length: hop } = config.data_config;
  const needed = dependence(buildWaveGrad(config), 'noise', { first: 0, last: hop - 1 }, 'frames');
  const [signal, mels] = [needed.get('signal')!, needed.get('mels')!];
  return Math.max(-mels.first, mels.last, Math.ceil(-signal.first / hop), Math.ceil((signal.last - (hop - 1)) / hop));
}
