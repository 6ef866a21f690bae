/**
 * Times the one run of the engine that a worker's training step is made of, the loss and all its gradients, and shows where the time goes.
 *
 *   node --import tsx bench/gradients.ts [--runs 10] [--threads 1] [--batch 2] [--frames 24] [--config FILE] [--profile PREFIX] [--json]
 *
 * Random weights. --profile has ONNX Runtime write the times of all its nodes to PREFIX_….json.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from '../src/engine/onnxruntime/program.ts';
import type { Tensor } from '../src/graph/operation.ts';
import { loadConfig } from '../src/model/load-config.ts';
import { fillNormal } from '../src/random/noise.ts';
import { buildLoss } from '../src/training/loss-graph.ts';
import { networkLayout } from '../src/training/parameters.ts';
import { bestSeconds } from './best-seconds.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../test/fixtures/default-config.json', import.meta.url));

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    threads: { type: 'string', default: '1' },
    batch: { type: 'string', default: '2' },
    frames: { type: 'string', default: '24' },
    config: { type: 'string', default: DEFAULT_CONFIG },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [batch, frames, threads] = [Number(options.batch), Number(options.frames), Number(options.threads)];

function normals(shape: readonly number[], clip: number, scale: number): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  fillNormal(data, { seed: 0, purpose: 'scoring', clip, replicate: 0, k: 0 });
  return { shape, data: data.map((x) => x * scale) };
}

const config = await loadConfig(options.config);
const { n_mels: nMels, hop_length: hop } = config.data_config;
const weights = networkLayout(config).slots.map(({ name, shape }, i) => {
  const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
  return [name, normals(shape, i, 1 / Math.sqrt(inputs))] as const;
});
const program = await compile(buildLoss(config, 'l1'), 'inputs', { threads, profile: options.profile });
const inputs = {
  ...Object.fromEntries(weights),
  mels: normals([batch, nMels, frames], 0, 1),
  signal: normals([batch, frames * hop], 1, 0.3),
  target: normals([batch, frames * hop], 2, 1),
  noiseLevels: { data: new Float32Array(batch).fill(0.5), shape: [batch] },
  share: { data: Float32Array.of(1), shape: [1, 1] },
};
await program.run(inputs);
const seconds = await bestSeconds(() => program.run(inputs), Number(options.runs));
await program.dispose();
const peakMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(
  options.json
    ? `${JSON.stringify({ batch, frames, threads, seconds, peakMiB })}\n`
    : `${seconds.toFixed(3)} s, the best of ${options.runs} runs; peak ${peakMiB.toFixed(0)} MiB\n`,
);
