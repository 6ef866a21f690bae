import { compileRowReverse } from '../../src/diffusion/row-reverse.ts';
import type { Device } from '../../src/engine/engine.ts';
import { loadModel } from '../../src/model/model.ts';
import { loadRowNetwork } from '../../src/model/row-network.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { createEvaluator, type Evaluation, type EvaluationTask } from '../../src/search/evaluator.ts';
import { createRowEvaluator } from '../../src/search/row-evaluator.ts';
import { noise } from '../audio/signals.ts';
import { tinyCheckpoint } from '../model/tiny.ts';

export const clips = {
  scoring: [noise(1200), noise(1200, 0.1, 2), noise(1200, 0.1, 3)],
  heldout: [noise(1200, 0.1, 4)],
};

const sampling = { clips, seed: 3, clamp: 'x0', precision: 'float64' } as const;

const about = { kind: 'evaluation', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;

/** Schedules of three and two steps; the first two share their noisiest level. */
export const tasks: readonly EvaluationTask[] = [
  [1e-3, 0.05, 0.6],
  [2e-3, 0.04, 0.6],
  [0.01, 0.5],
  [3e-3, 0.2, 1.1],
].map((sigmas) => ({ ...about, betas: NoiseSchedule.fromSigmas(sigmas).betas, metrics: ['log-mel-l1'] }));

/** The tiny network as a search has it on a device, `rows` clips together. */
export async function rowEvaluator(device: Device, rows: number) {
  const network = await loadRowNetwork(tinyCheckpoint, undefined, { device, rows });
  const reverse = await compileRowReverse({ clamp: sampling.clamp, device, rows });
  return {
    /** One that knows nothing yet. */
    fresh: () => createRowEvaluator({ ...sampling, network, reverse }),
    async dispose() {
      await Promise.all([network.dispose(), reverse.dispose()]);
    },
  };
}

/** The same network as a search has it on the CPU. */
export async function plainEvaluator() {
  const model = await loadModel(tinyCheckpoint);
  const { predictNoise, config } = model;
  const evaluator = createEvaluator({ ...sampling, predictNoise, melConfig: config.data_config, clipsPerCall: 1 });
  return { evaluator, dispose: () => model.dispose() };
}

/** The distance of each clip. */
export function distancesOf(evaluation: Evaluation | undefined): readonly number[] {
  return evaluation!.distances['log-mel-l1']!;
}
