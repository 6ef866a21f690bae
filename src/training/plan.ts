import type { EngineOptions } from '../engine/engine.ts';
import type { WaveGradConfig } from '../model/config.ts';
import type { Clip } from './corpus.ts';
import type { StepReport } from './memory.ts';
import type { RunState, TestResult } from './run-state.ts';
import type { TrainingConfig } from './training-config.ts';

/** A training that is ready to run. */
export interface TrainingPlan {
  readonly config: WaveGradConfig;
  /** The text of its file, which is kept with every checkpoint. */
  readonly configText: string;
  readonly training: TrainingConfig;
  /** Where checkpoints, event files and the curve go. */
  readonly folder: string;
  readonly clips: readonly Clip[];
  readonly testClips: readonly Clip[];
  /** Whether recordings of other rates are taken where they are read again. */
  readonly resample: boolean;
  /** Workers that train side by side, and the engine of each; there may be fewer engines than workers. */
  readonly jobs: number;
  readonly engines: readonly EngineOptions[];
  /** Workers that make batches. */
  readonly feeders: number;
  /** Where a new run begins; default: drawn by the seed. */
  readonly initialWeights?: ReadonlyMap<string, Float32Array>;
  /** The run ends after so many steps, counted from its first. */
  readonly mostSteps?: number;
  /** The run ends after so many seconds of this process's training. */
  readonly mostSeconds?: number;
  readonly stepsPerEpoch: number;
  /** In steps. */
  readonly testEvery: number;
  /** Seconds after which a checkpoint is made between tests. */
  readonly checkpointSeconds: number;
}

/** Where a training tells how it goes, on the main thread. */
export interface TrainingHooks {
  /** New steps, some times a second. */
  onSteps(reports: readonly StepReport[], state: RunState): void;
  /** Recordings of a test that are done. */
  onTesting(done: number, total: number): void;
  /** @param isBest whether no test of the run had a lower loss */
  onTest(result: TestResult, isBest: boolean): void;
  /** One sentence about what happened. */
  onRemark(sentence: string): void;
  /** Whether to stop at the next step; asked some times a second. */
  isCancelled(): boolean;
}

/** The steps after which a run ends: those of `mostSteps` or of the config's `n_epoch`, what comes first. */
export function stepLimit({ mostSteps = Number.POSITIVE_INFINITY, training, stepsPerEpoch }: TrainingPlan): number {
  return Math.min(mostSteps, training.nEpoch * stepsPerEpoch);
}
