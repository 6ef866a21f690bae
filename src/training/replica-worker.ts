import { workerData } from 'node:worker_threads';
import type { EngineOptions } from '../engine/engine.ts';
import type { WaveGradConfig } from '../model/config.ts';
import type { ThreadData } from '../pool/threads.ts';
import type { Clip } from './corpus.ts';
import { createControl, type TrainingMemory } from './memory.ts';
import { readClip } from './read-clip.ts';
import { createReplica, type Replica, type Span } from './replica.ts';
import { createTests, type Generated, type ValidationSum } from './testing.ts';
import type { TrainingConfig } from './training-config.ts';
import { createWeightedNetwork } from './weighted-network.ts';

/** What every worker of a training is started with. */
export interface ReplicaWorkerSettings {
  readonly config: WaveGradConfig;
  readonly training: TrainingConfig;
  readonly memory: TrainingMemory;
  /** Of the workers in turn. */
  readonly engines: readonly EngineOptions[];
  /** The recordings of the test list. */
  readonly testClips: readonly Clip[];
  readonly resample: boolean;
}

/** Train for a while, or test on one recording of the test list. */
export type ReplicaTask =
  | { readonly kind: 'span'; readonly span: Span }
  | { readonly kind: 'validate'; readonly clip: number }
  | { readonly kind: 'generate'; readonly clip: number };

export type ReplicaResult =
  | { readonly kind: 'span' }
  | { readonly kind: 'validate'; readonly loss: ValidationSum }
  | { readonly kind: 'generate'; readonly generated: Generated };

const { settings } = workerData as ThreadData<ReplicaWorkerSettings>;
const { config, training, memory, engines, testClips, resample } = settings;
const engine = engines[createControl(memory).number() % engines.length]!;

let replica: Promise<Replica> | undefined;
let network: ReturnType<typeof createWeightedNetwork> | undefined;

/** The entry of every worker of a training: one session for steps, one for tests. */
export default async function work(task: ReplicaTask): Promise<ReplicaResult> {
  if (task.kind === 'span') {
    replica ??= createReplica({ config, training, memory, ...engine });
    await (await replica).run(task.span);
    return { kind: 'span' };
  }
  network ??= createWeightedNetwork(config, { ...engine, half: false });
  const weighted = await network;
  weighted.load(memory.average.length > 0 ? memory.average : memory.weights);
  const { path, samples, length } = testClips[task.clip]!;
  const options = { sampleRate: config.data_config.sample_rate, resample };
  const recording = samples ?? (await readClip(path, options, length));
  const tests = createTests(config, training, weighted.predictNoise);
  if (task.kind === 'validate') return { kind: 'validate', loss: await tests.validate(recording, task.clip) };
  return { kind: 'generate', generated: await tests.generate(recording, task.clip) };
}
