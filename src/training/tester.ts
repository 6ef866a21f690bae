import type { Pool } from '../pool/pool.ts';
import type { ReplicaResult, ReplicaTask } from './replica-worker.ts';
import type { TestResult } from './run-state.ts';
import type { Generated } from './testing.ts';

/** What a test needs to know of a run. */
export interface TestOptions {
  readonly pool: Pool<ReplicaTask, ReplicaResult>;
  readonly recordings: number;
  /** Of them, the first ones are generated. */
  readonly generated: number;
  /** In Hz. */
  readonly sampleRate: number;
  onProgress(done: number, total: number): void;
  isCancelled(): boolean;
}

/** What a test found, beside the steps and seconds that it was made after. */
interface Tested {
  readonly result: Pick<TestResult, 'validationLoss' | 'waveformL1' | 'melL1' | 'realTimeFactor'>;
  readonly generated: readonly Generated[];
}

/** Tests the weights in shared memory on the test list, as many recordings at once as there are workers; undefined where cancelled. */
export async function runTest(options: TestOptions): Promise<Tested | undefined> {
  const { pool, recordings, sampleRate } = options;
  const count = Math.min(options.generated, recordings);
  const tasks: ReplicaTask[] = [
    ...Array.from({ length: recordings }, (_, clip) => ({ kind: 'validate', clip }) as const),
    ...Array.from({ length: count }, (_, clip) => ({ kind: 'generate', clip }) as const),
  ];
  const results: ReplicaResult[] = [];
  const waiting = tasks.entries();
  let done = 0;
  let cancelled = false;
  const work = async () => {
    for (const [i, task] of waiting) {
      cancelled ||= options.isCancelled();
      if (cancelled) return;
      results[i] = await pool.run(task);
      options.onProgress(++done, tasks.length);
    }
  };
  await Promise.all(Array.from({ length: pool.workers }, work));
  if (cancelled) return undefined;

  let [sum, samples] = [0, 0];
  const generated: Generated[] = [];
  for (const result of results) {
    if (result.kind === 'validate') {
      sum += result.loss.sum;
      samples += result.loss.samples;
    } else if (result.kind === 'generate') generated.push(result.generated);
  }
  const mean = (of: (each: Generated) => number) => generated.reduce((total, each) => total + of(each), 0) / count;
  const soundSeconds = generated.reduce((total, each) => total + each.samples.length / sampleRate, 0);
  const ofGenerated =
    count === 0
      ? {}
      : {
          waveformL1: mean((each) => each.waveformL1),
          melL1: mean((each) => each.melL1),
          realTimeFactor: generated.reduce((total, each) => total + each.seconds, 0) / soundSeconds,
        };
  return { result: { validationLoss: sum / samples, ...ofGenerated }, generated };
}
