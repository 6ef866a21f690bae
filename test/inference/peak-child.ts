import { openVocoder } from '../../src/inference/vocoder.ts';
import { randomTensor } from '../graph/tensors.ts';
import { tinyCheckpoint } from '../model/tiny.ts';

/** Makes speech of so many seconds in two steps, and prints the most MiB that the process held. */
const vocoder = await openVocoder(tinyCheckpoint);
const { n_mels: nMels, hop_length: hop, sample_rate: rate } = vocoder.config.data_config;
const frames = Math.round((Number(process.argv[2]) * rate) / hop);
const drawn = randomTensor([frames * hop], 1).data;
await vocoder.synthesise({
  mels: randomTensor([nMels, frames], 2).data,
  betas: [0.01, 0.3],
  clamp: 'x0',
  precision: 'float64',
  noise: (out) => out.set(drawn),
});
process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
