import { compile } from '../engine/compile.ts';
import type { EngineOptions } from '../engine/engine.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { adamStep, averageDecay, averageWeights, clippingScale, sumOfSquares } from './adam.ts';
import { createBarrier } from './barrier.ts';
import { learningRate } from './learning-rate.ts';
import { buildLoss, gradientName } from './loss-graph.ts';
import { nextLossScale } from './loss-scale.ts';
import { createControl, ENDED, SLOTS, type TrainingMemory } from './memory.ts';
import { networkLayout, parameterTensors } from './parameters.ts';
import { shareOf } from './shares.ts';
import type { TrainingConfig } from './training-config.ts';

/** What a replica is made of, the same for all of a training. */
export interface ReplicaOptions extends EngineOptions {
  readonly config: WaveGradConfig;
  readonly training: TrainingConfig;
  readonly memory: TrainingMemory;
}

/** The steps that all replicas make together. */
export interface Span {
  /** Which replica, from 0. */
  readonly replica: number;
  /** The first step, from 0, and the one before which the span ends. */
  readonly from: number;
  readonly to: number;
  readonly stepsPerEpoch: number;
  /** By what learning rates are multiplied. */
  readonly learningRateScale: number;
}

export interface Replica {
  /**
   * Trains until the span's end, or until the main thread wants a pause or a step diverges: why, `ended` of the control says in all
   * replicas. A step whose loss or gradients are not finite changes no weights.
   *
   * @throws what the engine does, and an Error where the barrier was broken: whoever learns that one replica or feeder has failed breaks
   * it, so that the others do not wait forever, and so that the first to fail is the one that tells why
   */
  run(span: Span): Promise<void>;
  dispose(): Promise<void>;
}

/** The mean loss of so many steps tells an explosion from one hard batch. */
export const EXPLOSION_STEPS = 25;

/**
 * One of the workers that train a network side by side. Each step, every replica
 *
 * 1. copies the weights and its rows of the batch, and runs the loss and its gradients: one run of the engine;
 * 2. sums all replicas' gradients over its share of the weights, and their squares;
 * 3. with the norm of all gradients clips, and updates its share of the weights by Adam (as in Rajbhandari et al. 2020, arXiv
 *    1910.02054, the optimizer's state is spread over the workers).
 *
 * They meet before each part. Sums are made in one order, so that the result does not depend on who comes first.
 *
 * @throws Error where the engine does not start
 */
export async function createReplica({ config, training, memory, ...engine }: ReplicaOptions): Promise<Replica> {
  const { sizes, replicas, weights, first, second, average, gradients, sums, batches, lowest, lossScale } = memory;
  const { rows, samples, frames, nMels } = sizes;
  const accumulated = training.accumulationSteps;
  const graph = buildLoss(config, training.loss);
  const layout = networkLayout(config);
  const control = createControl(memory);
  const program = await compile(graph, 'inputs', engine);
  const barrier = createBarrier(control.barrierWords, replicas);
  // The engine does not take shared memory.
  const local = { weights: new Float32Array(layout.length), gradients: new Float32Array(layout.length) };
  const weightInputs = parameterTensors(local.weights, layout);
  const gradientOutputs = parameterTensors(local.gradients, layout, gradientName);

  /** A replica's rows of what each slot of the ring holds so many numbers a row of, as a copy. */
  function rowsOf(ring: Float32Array, slot: number, width: number, { begin, end }: { begin: number; end: number }) {
    return ring.slice((slot * rows + begin) * width, (slot * rows + end) * width);
  }

  /** @param scale what the loss and all gradients are multiplied by */
  async function gradientsOf(batch: number, replica: number, scale: number): Promise<number> {
    const mine = shareOf(rows, replica, replicas);
    const count = mine.end - mine.begin;
    if (count === 0) {
      local.gradients.fill(0);
      return 0;
    }
    const slot = batch % SLOTS;
    const { loss } = await program.run(
      {
        ...weightInputs,
        signal: { shape: [count, samples], data: rowsOf(batches.signal, slot, samples, mine) },
        target: { shape: [count, samples], data: rowsOf(batches.noise, slot, samples, mine) },
        mels: { shape: [count, nMels, frames], data: rowsOf(batches.mels, slot, nMels * frames, mine) },
        noiseLevels: { shape: [count], data: rowsOf(batches.levels, slot, 1, mine) },
        share: { shape: [1, 1], data: Float32Array.of((scale * count) / (rows * accumulated)) },
      },
      gradientOutputs,
    );
    return loss!.data[0]! / scale;
  }

  async function run({ replica, from, to, stepsPerEpoch, learningRateScale }: Span): Promise<void> {
    const share = shareOf(layout.length, replica, replicas);
    const leads = replica === 0;
    const mySums = sums.subarray(2 * replica, 2 * replica + 2);
    const sumOver = (column: number) => {
      let sum = 0;
      for (let i = 0; i < replicas; i++) sum += sums[2 * i + column]!;
      return sum;
    };
    for (let step = from; step < to; step++) {
      const begin = performance.now();
      // That a step diverged is not forgotten for a pause.
      if (leads && control.isPauseWanted && control.ended === ENDED.no) control.end(ENDED.paused);
      barrier.wait();
      if (control.ended !== ENDED.no) return;

      local.weights.set(weights);
      const scale = engine.half === true ? lossScale[0]! : 1;
      mySums[0] = 0;
      let waited = 0;
      for (let part = 0; part < accumulated; part++) {
        const batch = step * accumulated + part;
        const waiting = performance.now();
        control.waitForBatch(batch, () => barrier.isBroken());
        waited += performance.now() - waiting;
        mySums[0] += await gradientsOf(batch, replica, scale);
        if (part === 0) gradients[replica]!.set(local.gradients);
        else addTo(gradients[replica]!, local.gradients, 0, layout.length);
        if (part < accumulated - 1) {
          barrier.wait();
          if (leads) control.take(batch);
        }
      }
      barrier.wait();

      if (leads) control.take(step * accumulated + accumulated - 1);
      const [sum, ...others] = gradients;
      for (const other of others) addTo(sum!, other, share.begin, share.end);
      mySums[1] = sumOfSquares(sum!, share.begin, share.end);
      barrier.wait();

      const loss = sumOver(0);
      const gradientNorm = Math.sqrt(sumOver(1)) / scale;
      const rate = learningRateScale * learningRate(training, { step, epoch: Math.floor(step / stepsPerEpoch) });
      const isUsable = Number.isFinite(loss) && Number.isFinite(gradientNorm);
      if (isUsable) {
        const clipping = clippingScale(gradientNorm, training.gradClipThreshold);
        const options = { learningRate: rate, scale: clipping / scale, step: step + 1 };
        adamStep(weights, sum!, { first, second }, options, share.begin, share.end);
        if (average.length > 0)
          averageWeights(average, weights, averageDecay(training.emaDecay, step), share.begin, share.end);
      }
      if (leads) {
        const seconds = (performance.now() - begin) / 1000;
        control.report({ step, loss, gradientNorm, learningRate: rate, seconds, waited: waited / 1000 });
        // In half precision a step whose gradients overflow is passed over, until no scale is small enough.
        const isPassedOver = !isUsable && scale > 1;
        if (engine.half === true) adaptLossScale(isPassedOver);
        if ((!isUsable && !isPassedOver) || hasExploded(step)) control.end(ENDED.diverged);
      }
    }
    // What the others wrote last is seen by whoever reads after the span.
    barrier.wait();
  }

  function adaptLossScale(overflowed: boolean): void {
    const { scale, steps } = nextLossScale({ scale: lossScale[0]!, steps: lossScale[1]! }, overflowed);
    lossScale.set([scale, steps]);
  }

  /** Whether the last steps' mean loss is well above both what predicting no noise gives and the lowest that the run has had. */
  function hasExploded(step: number): boolean {
    const begin = step + 1 - EXPLOSION_STEPS;
    if (begin < 0) return false;
    let mean = 0;
    for (let i = begin; i <= step; i++) mean += control.reported(i).loss / EXPLOSION_STEPS;
    // Of half precision's steps that were passed over.
    if (!Number.isFinite(mean)) return false;
    lowest[0] = Math.min(lowest[0]!, mean);
    return mean > EXPLODED * Math.max(NOTHING_PREDICTED[training.loss], lowest[0]!);
  }

  return { run, dispose: () => program.dispose() };
}

/** The loss of a network that predicts 0: the mean of |ε| or ε² of standard normal noise. */
const NOTHING_PREDICTED = { l1: Math.sqrt(2 / Math.PI), l2: 1 } as const;

/** How far above that a loss is an explosion. */
const EXPLODED = 3;

function addTo(sum: Float32Array, more: Float32Array, begin: number, end: number): void {
  for (let i = begin; i < end; i++) sum[i] = sum[i]! + more[i]!;
}
