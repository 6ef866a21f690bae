import { REFERENCE_TRAINING } from '../../src/schedule/diagnostics.ts';
import type { ModelPlan } from '../../src/search/plan-model.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import { defaultBudgets, plannedCosts, searchMany } from '../../src/search/search-many.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import type { StrategyName } from '../../src/search/strategies/index.ts';
import type { WorkerSettings } from '../../src/search/worker.ts';
import { oraclePool, settings } from './fake-study.ts';

/** What a plan says of a model that the oracle's pool stands for. */
export function oracleModel(changes: Partial<StudySettings> = {}): ModelPlan {
  const heldoutClips = ['b', 'd'].map((name) => ({ name, hash: `${name}0` }));
  const { seed, clamp, precision, checkpoint, config, sampleRate, clipSamples, scoringClips, ...rest } = settings();
  const { clipsPerCall, device, engine } = rest;
  const files = { checkpoint, config, sampleRate, clipSamples, scoringClips, heldoutClips };
  return {
    settings: { seed, clamp, precision, ...files, clipsPerCall, device, engine, ...changes },
    worker: { clips: { scoring: [], heldout: [] } } as unknown as WorkerSettings,
    trained: REFERENCE_TRAINING,
    remarks: [],
  };
}

export interface OracleRun {
  readonly folder: string;
  readonly counts: readonly number[];
  readonly strategy?: StrategyName;
  /** For each number of steps; default: what they may spend unless they are told otherwise. */
  readonly budgets?: readonly number[];
  readonly resume?: boolean;
  readonly model?: ModelPlan;
  readonly pool?: EvaluationPool;
  readonly onProgress?: Parameters<typeof searchMany>[0]['onProgress'];
  readonly isCancelled?: () => boolean;
}

/** Searches several numbers of steps on the Gaussian oracle. */
export async function searchOracle({ strategy = 'auto', pool = oraclePool(), ...run }: OracleRun) {
  const { folder, counts, resume, model = oracleModel(), onProgress, isCancelled } = run;
  const { clamp, precision, seed } = model.settings;
  const common = { clamp, precision, seed, device: 'cpu', clipSeconds: 1, clipCount: 2, stride: 1 } as const;
  const budgets = run.budgets ?? defaultBudgets(counts, { strategy, replicates: 1 });
  const requests = counts.map((steps, i) => {
    const metric = 'log-mel-l1' as const;
    return { ...common, steps, strategy, budget: budgets[i]!, replicates: 1, race: true, metric, version: '0.0.0' };
  });
  const planned = await plannedCosts(model, requests);
  return searchMany({ model, requests, planned, folder, resume, pool, onProgress, isCancelled });
}
