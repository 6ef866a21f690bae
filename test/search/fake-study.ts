import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricName } from '../../src/audio/distances/index.ts';
import { createInProcessPool } from '../../src/pool/in-process.ts';
import type { EvaluationTask } from '../../src/search/evaluator.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import type { Job, JobResult, WorkerResult, WorkerTask } from '../../src/search/worker.ts';
import { oracleErrors, oracleScore } from '../schedule/oracle.ts';

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
    scoringClips: ['a', 'c'].map((name) => ({ name, hash: `${name}0` })),
    heldoutClips: [{ name: 'b', hash: 'b0' }],
    device: 'cpu',
    engine: 'test',
    version: '0.0.0',
    ...changes,
  };
}

/** Scores schedules by the Gaussian oracle; `log` hears each job before it is done, and `change` may give another distance for it. */
export function oraclePool(
  log: (job: Job) => void = () => {},
  change: (job: EvaluationTask, distances: number[]) => number[] = (_, distances) => distances,
): EvaluationPool {
  return createInProcessPool(async (task: WorkerTask, isCancelled): Promise<WorkerResult> => {
    if (task.kind === 'time') return { kind: 'time', seconds: 0 };
    const results: JobResult[] = [];
    for (const job of task.jobs) {
      if (isCancelled()) break;
      log(job);
      results.push(resultOf(job));
    }
    return { kind: 'jobs', results, worker: 0 };
  });

  function resultOf(job: Job): JobResult {
    if (job.kind === 'clean-error') return { kind: 'clean-error', errors: oracleErrors(job.sigma), nfe: 1, seconds: 0 };
    if (job.kind === 'score-gradient') throw new Error('the oracle’s pool knows no gradients');
    // Two clips that differ a little, so that there is a standard error.
    const score = oracleScore(job.betas);
    const values = change(job, [score - 0.1, score + 0.1]).slice(...(job.clips ?? []));
    const distances = Object.fromEntries(job.metrics.map((metric: MetricName) => [metric, values]));
    return { kind: 'evaluation', distances, nfe: job.betas.length, seconds: 0, networkSeconds: 0 };
  }
}
