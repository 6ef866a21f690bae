import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricName } from '../../src/audio/distances/index.ts';
import { createInProcessPool } from '../../src/pool/in-process.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import type { WorkerResult, WorkerTask } from '../../src/search/worker.ts';
import { oracleScore } from '../schedule/oracle.ts';

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'wavegrad-schedules-'));
}

export function settings(changes: Partial<StudySettings> = {}): StudySettings {
  return {
    format: 1,
    steps: 6,
    strategy: 'random',
    stride: 1,
    seed: 0,
    metric: 'log-mel-l1',
    clamp: 'x0',
    precision: 'float64',
    replicates: 1,
    budget: 120,
    checkpoint: { name: 'model.safetensors', hash: 'c0' },
    config: { name: 'config.json', hash: 'c1' },
    sampleRate: 22050,
    clipSamples: 21900,
    clipsPerCall: 1,
    scoringClips: [{ name: 'a', hash: 'a0' }],
    heldoutClips: [{ name: 'b', hash: 'b0' }],
    device: 'cpu',
    engine: 'test',
    version: '0.0.0',
    ...changes,
  };
}

/** Scores schedules by the Gaussian oracle; `log` hears each evaluation that is made. */
export function oraclePool(log: (task: WorkerTask) => void = () => {}): EvaluationPool {
  return createInProcessPool(async (task: WorkerTask, isCancelled): Promise<WorkerResult> => {
    if (task.kind === 'time') return { kind: 'time', seconds: 0 };
    if (isCancelled()) return { kind: 'cancelled' };
    log(task);
    // Two clips that differ a little, so that there is a standard error.
    const score = oracleScore(task.betas);
    const distances = Object.fromEntries(
      task.metrics.map((metric: MetricName) => [metric, [score - 0.1, score + 0.1]]),
    );
    return {
      kind: 'evaluation',
      evaluation: { distances, nfe: task.betas.length, seconds: 0, networkSeconds: 0 },
      worker: 0,
    };
  });
}
