/**
 * What making speech holds resident at most, by the length of the speech: the reference's size with random weights, two steps.
 *
 *   node --import tsx bench/inference-memory.ts [--seconds 6,60] [--threads 2] [--json]
 *
 * Each length in a process of its own.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { writeRandomModel } from '../src/cli/random-model.ts';
import { openVocoder } from '../src/inference/vocoder.ts';
import { normals } from './random-network.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6,60' },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    model: { type: 'string' },
  },
});

/** Peak MiB of this process, and seconds a second of speech, with the network loaded before. */
async function synthesise(model: string, speechSeconds: number) {
  const vocoder = await openVocoder(model, undefined, { threads: Number(options.threads) });
  const { sample_rate: rate, hop_length: hop, n_mels: nMels } = vocoder.config.data_config;
  const frames = Math.round((speechSeconds * rate) / hop);
  await vocoder.load(frames);
  const begin = performance.now();
  await vocoder.synthesise({
    mels: normals(nMels * frames, 0, 1),
    betas: [1e-3, 0.3],
    clamp: 'x0',
    precision: 'float64',
    noise: (out, k) => out.set(normals(out.length, k + 1, 1)),
  });
  const seconds = (performance.now() - begin) / 1000;
  return { speechSeconds, peakMiB: process.resourceUsage().maxRSS / 1024, realTimeFactor: seconds / speechSeconds };
}

if (options.model !== undefined) {
  process.stdout.write(JSON.stringify(await synthesise(options.model, Number(options.seconds))));
} else {
  const model = await writeRandomModel();
  try {
    const results: Awaited<ReturnType<typeof synthesise>>[] = [];
    for (const seconds of options.seconds.split(',')) {
      const args = ['--import', 'tsx', fileURLToPath(import.meta.url), '--model', model, '--threads', options.threads];
      const { stdout } = await promisify(execFile)(process.execPath, [...args, '--seconds', seconds]);
      results.push(JSON.parse(stdout));
    }
    const lines = results.map(
      ({ speechSeconds, peakMiB, realTimeFactor }) =>
        `${speechSeconds} s of speech: peak ${peakMiB.toFixed(0)} MiB, two steps at a real-time factor of ${realTimeFactor.toFixed(2)}`,
    );
    process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : `${lines.join('\n')}\n`);
  } finally {
    await rm(model, { recursive: true });
  }
}
