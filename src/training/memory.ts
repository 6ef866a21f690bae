import { BARRIER_WORDS, createBarrier } from './barrier.ts';

/** Batches that are made ahead of the step. */
export const SLOTS = 8;

/** Steps whose figures are kept for the main thread to read, which it does several times a second. */
const REPORTS = 4096;
const REPORT_WIDTH = 5;

/** Words of `control` after the barrier's. */
const WORDS = { pause: 0, ended: 1, taken: 2, done: 3, closed: 4, engine: 5, room: 6, filled: 7 } as const;

/** The sizes of a training step. */
export interface StepSizes {
  /** Numbers of all parameters. */
  readonly parameters: number;
  /** Rows of a batch, all workers' together. */
  readonly rows: number;
  /** Of a segment. */
  readonly samples: number;
  readonly frames: number;
  readonly nMels: number;
}

/**
 * What the threads of a training share, all of it over SharedArrayBuffers:
 *
 *     weights, moments, average   the state; each replica updates its share of it
 *     gradients[replica]          of its rows
 *     sums[replica]               its loss, and the squares of its share of the gradients
 *     batches                     a ring of SLOTS; data workers fill it, replicas empty it
 *     reports                     a ring of what each step gave
 *     lowest                      the best mean loss of a few steps, which tells an explosion
 *     lossScale                   that of half precision, which adapts
 *     control                     the barrier, flags, and which batch each slot holds
 */
export interface TrainingMemory {
  readonly sizes: StepSizes;
  readonly replicas: number;
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** The running mean of the weights; empty without one. */
  readonly average: Float32Array;
  readonly gradients: readonly Float32Array[];
  readonly sums: Float64Array;
  readonly batches: {
    readonly signal: Float32Array;
    readonly noise: Float32Array;
    readonly mels: Float32Array;
    readonly levels: Float32Array;
  };
  readonly reports: Float64Array;
  /** [the lowest mean loss of a few steps in a row so far] */
  readonly lowest: Float64Array;
  /** [LossScale's scale, its steps]; only with half precision. */
  readonly lossScale: Float64Array;
  readonly control: Int32Array;
}

export function createMemory(sizes: StepSizes, replicas: number, averaged: boolean): TrainingMemory {
  const { parameters, rows, samples, frames, nMels } = sizes;
  const floats = (length: number) => new Float32Array(new SharedArrayBuffer(length * 4));
  return {
    sizes,
    replicas,
    weights: floats(parameters),
    first: floats(parameters),
    second: floats(parameters),
    average: floats(averaged ? parameters : 0),
    gradients: Array.from({ length: replicas }, () => floats(parameters)),
    sums: new Float64Array(new SharedArrayBuffer(replicas * 2 * 8)),
    batches: {
      signal: floats(SLOTS * rows * samples),
      noise: floats(SLOTS * rows * samples),
      mels: floats(SLOTS * rows * nMels * frames),
      levels: floats(SLOTS * rows),
    },
    reports: new Float64Array(new SharedArrayBuffer(REPORTS * REPORT_WIDTH * 8)),
    lowest: new Float64Array(new SharedArrayBuffer(8)).fill(Number.POSITIVE_INFINITY),
    lossScale: new Float64Array(new SharedArrayBuffer(16)),
    control: new Int32Array(new SharedArrayBuffer((BARRIER_WORDS + WORDS.filled + SLOTS) * 4)),
  };
}

/** Why a replica stopped before the step it was asked to. */
export const ENDED = { no: 0, paused: 1, diverged: 2 } as const;

/** What one training step gave. */
export interface StepReport {
  /** 0 is the first. */
  readonly step: number;
  readonly loss: number;
  /** Of all gradients together, before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly seconds: number;
  /** Of them, waiting for a batch. */
  readonly waited: number;
}

/** The flags and counters of a training, by name. */
export function createControl({ control, reports }: Pick<TrainingMemory, 'control' | 'reports'>) {
  const at = (word: keyof typeof WORDS, slot = 0) => BARRIER_WORDS + WORDS[word] + slot;
  const get = (word: keyof typeof WORDS) => Atomics.load(control, at(word));
  const set = (word: keyof typeof WORDS, value: number) => Atomics.store(control, at(word), value);
  /** Wakes who waits for room: its word changes with all that ends the wait, or a change just before the wait would be missed. */
  const tellOfRoom = () => {
    Atomics.add(control, at('room'), 1);
    Atomics.notify(control, at('room'));
  };
  return {
    barrierWords: control.subarray(0, BARRIER_WORDS),
    /** Lets all replicas fail where they next wait for each other. */
    breakBarrier: () => createBarrier(control.subarray(0, BARRIER_WORDS), 1).break(),
    /** A number for each that asks: 0, 1, 2, … */
    number: () => Atomics.add(control, at('engine'), 1),
    /** The main thread wants the replicas to stop at the next step. */
    get isPauseWanted() {
      return get('pause') !== 0;
    },
    wantPause: (wanted: boolean) => set('pause', wanted ? 1 : 0),
    /** One of ENDED, the same for all replicas of a span. */
    get ended() {
      return get('ended');
    },
    end: (why: number) => set('ended', why),
    /** Steps done. */
    get done() {
      return get('done');
    },
    /** No batches are wanted any more. */
    get isClosed() {
      return get('closed') !== 0;
    },
    close() {
      set('closed', 1);
      tellOfRoom();
    },
    /** Empties the ring, whose next batch is then number `batch`, after `step` steps. */
    restart(step: number, batch: number) {
      for (let slot = 0; slot < SLOTS; slot++) Atomics.store(control, at('filled', slot), 0);
      set('taken', batch);
      set('done', step);
      set('closed', 0);
    },
    /** Waits until there is room for a batch; false where it is not wanted any more. */
    waitForRoom(batch: number): boolean {
      for (;;) {
        const seen = get('room');
        if (get('closed') !== 0) return false;
        if (batch < get('taken') + SLOTS) return true;
        Atomics.wait(control, at('room'), seen);
      }
    },
    /** A batch is whole. */
    fill(batch: number) {
      const word = at('filled', batch % SLOTS);
      Atomics.store(control, word, batch + 1);
      Atomics.notify(control, word);
    },
    /** Waits until a batch is there. Throws an Error where it is not and `isBroken`, which is asked now and then, says true. */
    waitForBatch(batch: number, isBroken: () => boolean) {
      const word = at('filled', batch % SLOTS);
      for (;;) {
        const filled = Atomics.load(control, word);
        if (filled === batch + 1) return;
        if (isBroken()) throw new Error('the recordings are not read any more');
        Atomics.wait(control, word, filled, 100);
      }
    },
    /** A batch is not needed any more, nor those before it. */
    take(batch: number) {
      set('taken', batch + 1);
      tellOfRoom();
    },
    /** Tells what a step gave, which is then done. */
    report({ step, loss, gradientNorm, learningRate, seconds, waited }: StepReport) {
      reports.set([loss, gradientNorm, learningRate, seconds, waited], (step % REPORTS) * REPORT_WIDTH);
      set('done', step + 1);
    },
    /** What a step gave, one of the last REPORTS. */
    reported(step: number): StepReport {
      const from = (step % REPORTS) * REPORT_WIDTH;
      const [loss, gradientNorm, learningRate, seconds, waited] = reports.subarray(from, from + REPORT_WIDTH);
      return {
        step,
        loss: loss!,
        gradientNorm: gradientNorm!,
        learningRate: learningRate!,
        seconds: seconds!,
        waited: waited!,
      };
    },
  };
}
