import { setTimeout as sleep } from 'node:timers/promises';
import { createThreadPool } from '../pool/threads.ts';
import { workerEntry } from '../pool/worker-entry.ts';
import type { Feed, FeederOptions } from './feeder.ts';
import { createControl, ENDED, type TrainingMemory } from './memory.ts';
import type { TrainingPlan } from './plan.ts';
import type { Span } from './replica.ts';
import type { ReplicaResult, ReplicaTask, ReplicaWorkerSettings } from './replica-worker.ts';
import type { RunState } from './run-state.ts';

/** How often the main thread looks at what the replicas did. */
const LOOK_MS = 100;

export interface SpanHooks {
  /** Called some times a second. */
  readonly look: () => void;
  readonly isPauseWanted: () => boolean;
}

/** The workers of a training: the replicas, and the feeders that make their batches. */
export function createCrew(plan: TrainingPlan, memory: TrainingMemory) {
  const { config, training, clips, testClips, resample, engines, jobs, stepsPerEpoch } = plan;
  const control = createControl(memory);
  const replicas = createThreadPool<ReplicaWorkerSettings, ReplicaTask, ReplicaResult>(
    workerEntry('replica-worker', import.meta.url),
    jobs,
    { config, training, memory, engines, testClips, resample },
  );
  const feeders = createThreadPool<FeederOptions, Feed, void>(
    workerEntry('feeder-worker', import.meta.url),
    plan.feeders,
    { config, training, memory, clips, resample },
  );
  let feeding: Promise<unknown> = Promise.resolve();
  let failure: Error | undefined;

  /** What one worker fails by; the others, which would wait for it forever, then fail because of it. */
  const fail = (error: Error) => {
    failure ??= error;
    control.breakBarrier();
  };

  async function stopFeeding(): Promise<void> {
    control.close();
    await feeding;
  }

  /**
   * Has the replicas train from a state up to a step, or until a pause is wanted.
   *
   * @returns whether no loss and no gradient was out of bounds
   * @throws what the first worker that failed did
   */
  async function span(state: RunState, to: number, { look, isPauseWanted }: SpanHooks): Promise<boolean> {
    control.end(ENDED.no);
    control.wantPause(false);
    const { step: from, learningRateScale } = state;
    let running = true;
    const spans = Array.from({ length: jobs }, (_, replica) => {
      const which: Span = { replica, from, to, stepsPerEpoch, learningRateScale };
      return replicas.run({ kind: 'span', span: which }).catch(fail);
    });
    const finished = Promise.all(spans).then(() => {
      running = false;
    });
    while (running) {
      await Promise.race([finished, sleep(LOOK_MS)]);
      look();
      if (isPauseWanted()) control.wantPause(true);
    }
    if (failure !== undefined) throw failure;
    return control.ended !== ENDED.diverged;
  }

  return {
    replicas,
    span,
    /** Makes the engines' sessions, without a step: what keeps them from working is known before anything is written. */
    async start(state: RunState): Promise<void> {
      await span(state, state.step, { look() {}, isPauseWanted: () => false });
    },
    /** Has batches made from a state's step on. */
    startFeeding(state: RunState): void {
      const from = state.step * training.accumulationSteps;
      control.restart(state.step, from);
      const feeds = Array.from({ length: feeders.workers }, (_, index) =>
        feeders.run({ from, index, of: feeders.workers, attempt: state.attempt }).catch(fail),
      );
      feeding = Promise.all(feeds);
    },
    stopFeeding,
    async close(): Promise<void> {
      await stopFeeding();
      await Promise.all([replicas.close(), feeders.close()]);
    },
  };
}
