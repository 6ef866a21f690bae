import { type Distance, METRICS, type MetricName } from '../audio/distances/index.ts';
import { prepareLogMelL1Gradient } from '../audio/distances/log-mel-l1-gradient.ts';
import { joined } from '../audio/joined.ts';
import { createMelFrontEnd, type MelConfig } from '../audio/mel.ts';
import type { Precision } from '../diffusion/process.ts';
import { type PredictNoise, reverseStep } from '../diffusion/sampler.ts';
import { type Asked, gradientByLevels } from '../diffusion/score-gradient.ts';
import type { PullBackNoise } from '../model/pullback.ts';
import { fillNormal, type Purpose } from '../random/noise.ts';
import { type Clamp, NoiseSchedule } from '../schedule/noise-schedule.ts';
import { COARSE_NFE } from './coarse.ts';
import { KEPT_STATES, prefixKeys, searchConstants } from './prefixes.ts';
import { recentlyUsed } from './recently-used.ts';

/** Which clips are generated: those that strategies see, or those that only judge. */
type ClipSetName = 'scoring' | 'heldout';

/** One evaluation: a schedule on one set of clips with one draw of noise. */
export interface EvaluationTask {
  readonly kind: 'evaluation';
  readonly betas: readonly number[];
  readonly set: ClipSetName;
  readonly purpose: Purpose;
  readonly replicate: number;
  /** Distances to compute. */
  readonly metrics: readonly MetricName[];
  /** The clips to generate, by their numbers in the set, from the first up to but not with the second; default: all. */
  readonly clips?: readonly [begin: number, end: number];
  /** Whether the coarse network generates them. Default: false. */
  readonly coarse?: boolean;
  /** Whether what is generated is wanted too. Default: false. */
  readonly audible?: boolean;
}

export interface Evaluation {
  readonly kind: 'evaluation';
  /** The distance of each clip, by metric; not finite where the schedule blew up. */
  readonly distances: Readonly<Partial<Record<MetricName, readonly number[]>>>;
  /** What was generated, clip by clip, where the task wants it. */
  readonly signals?: readonly Float32Array[];
  /** Network evaluations of all the set's clips that were made, coarse ones as COARSE_NFE each; fewer than steps where a prefix was known. */
  readonly nfe: number;
  /** Wall-clock seconds of the whole evaluation. */
  readonly seconds: number;
  /** Of them, spent in the network. */
  readonly networkSeconds: number;
}

/** How well the network knows the clean signal at one noise level. */
export interface CleanErrorTask {
  readonly kind: 'clean-error';
  /** sqrt((1 − ᾱ)/ᾱ). */
  readonly sigma: number;
}

export interface CleanError {
  readonly kind: 'clean-error';
  /** The mean squared error per sample of each scoring clip. */
  readonly errors: readonly number[];
  readonly nfe: number;
  readonly seconds: number;
}

/** How the score of a schedule, by log-mel-l1 on the scoring clips, changes with its levels. */
export interface ScoreGradientTask {
  readonly kind: 'score-gradient';
  readonly betas: readonly number[];
  readonly replicate: number;
}

export interface ScoreGradient {
  readonly kind: 'score-gradient';
  /** By ln σ_1 … ln σ_N. */
  readonly gradient: readonly number[];
  /** With a pullback as the two network evaluations whose time it takes. */
  readonly nfe: number;
  readonly seconds: number;
}

/** Network evaluations that one pullback takes as long as: 1.9 to 2.2 in interleaved runs. */
export const PULLBACK_NFE = 2;

export interface EvaluatorOptions {
  readonly predictNoise: PredictNoise;
  /** The same network's, made when it is first needed. */
  readonly loadPullback?: () => Promise<PullBackNoise>;
  /** The coarse network, made when it is first needed. */
  readonly loadCoarse?: () => Promise<PredictNoise>;
  readonly melConfig: MelConfig;
  /** The recordings, all of one length, a whole number of hops. */
  readonly clips: Readonly<Record<ClipSetName, readonly Float32Array[]>>;
  /** Clips that go through the network together; the last digits of a score depend on it. */
  readonly clipsPerCall: number;
  readonly seed: number;
  readonly clamp: Clamp;
  readonly precision: Precision;
}

export interface Evaluator {
  /** Generates the task's clips and measures them; undefined where `isCancelled` said true between two steps. */
  evaluate(task: EvaluationTask, isCancelled?: () => boolean): Promise<Evaluation | undefined>;
  /** Asks the network once for each scoring clip; undefined where `isCancelled` said true between two. */
  cleanError(task: CleanErrorTask, isCancelled?: () => boolean): Promise<CleanError | undefined>;
  /** The gradient of a schedule's score; undefined where `isCancelled` said true between two steps. */
  scoreGradient(task: ScoreGradientTask, isCancelled?: () => boolean): Promise<ScoreGradient | undefined>;
  /** Wall-clock seconds of one network evaluation of all the set's clips, judged by the first call's. */
  timeNetwork(set: ClipSetName): Promise<number>;
}

/** Noise is the same for every schedule, so draws are kept, up to this many numbers (64 MiB). */
const KEPT_NOISE = 2 ** 24;

/**
 * Scores schedules with common random numbers: the noise is a function of seed, purpose, clip, replicate, step k and sample
 * alone, so a score does not depend on the worker, the order or the number of jobs. What the network said is kept for schedules that
 * have the same noisiest levels, so a score is the same, bit for bit, and costs less.
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { melConfig, predictNoise, clipsPerCall, seed, clamp, precision } = options;
  const frontEnd = createMelFrontEnd(melConfig);
  const prepared = { scoring: prepareSet(options.clips.scoring), heldout: prepareSet(options.clips.heldout) };
  const keptNoise = recentlyUsed<Float32Array>(KEPT_NOISE);
  const states = recentlyUsed<Asked>(KEPT_STATES);
  let pullBackNoise: PullBackNoise | undefined;
  let coarseNetwork: Promise<PredictNoise> | undefined;

  /** The clips in the groups that go through the network together. */
  function prepareSet(clips: readonly Float32Array[]): Group[] {
    const starts = clips.map((_, i) => i).filter((i) => i % clipsPerCall === 0);
    return starts.map((first) => {
      const members = clips.slice(first, first + clipsPerCall);
      const mels = joined(members.map((clip) => frontEnd.logMel(clip).data));
      return { first, clips: members, samples: members[0]!.length, mels, distances: new Map() };
    });
  }

  function noiseOf({ first, clips, samples }: Group, purpose: Purpose, replicate: number, k: number): Float32Array {
    const key = `${purpose}/${replicate}/${k}/${first}/${clips.length}/${samples}`;
    const known = keptNoise.get(key);
    if (known !== undefined) return known;
    const noise = new Float32Array(clips.length * samples);
    for (const i of clips.keys()) {
      fillNormal(noise.subarray(i * samples, (i + 1) * samples), { seed, purpose, clip: first + i, replicate, k });
    }
    keptNoise.set(key, noise, noise.length);
    return noise;
  }

  function measure({ clips, samples, distances }: Group, metric: MetricName, output: Float32Array): number[] {
    // Metrics analyse a recording once, and only those that are asked for.
    const prepare = () => clips.map((clip) => METRICS[metric].prepare(clip, melConfig));
    const functions = distances.get(metric) ?? prepare();
    distances.set(metric, functions);
    return functions.map((distance, i) => distance(output.subarray(i * samples, (i + 1) * samples)));
  }

  function networkFor({ coarse }: Pick<EvaluationTask, 'coarse'>): Promise<PredictNoise> | PredictNoise {
    if (!coarse) return predictNoise;
    coarseNetwork ??= options.loadCoarse?.();
    if (coarseNetwork === undefined) throw new Error('evaluate: the evaluator was made without a coarse network');
    return coarseNetwork;
  }

  function askNetwork({ clips, mels }: Group, signal: Float32Array, level: number, network = predictNoise) {
    return network({
      signal,
      mels,
      noiseLevels: new Float32Array(clips.length).fill(level),
      batch: clips.length,
    });
  }

  /** A group's clips as `sample` generates them, from the longest prefix that is known. */
  async function generate(
    group: Group,
    task: Pick<EvaluationTask, 'betas' | 'set' | 'purpose' | 'replicate' | 'coarse'>,
    counts: Counts,
    isCancelled: () => boolean,
    /** Takes what the network was asked at each step, at index n − 1. */
    all?: Asked[],
  ) {
    const { betas, set, purpose, replicate } = task;
    const steps = betas.length;
    const constants = searchConstants(betas, precision);
    const network = await networkFor(task);
    const scope = `${task.coarse ? 'coarse/' : ''}${set}/${purpose}/${replicate}/${group.first}/`;
    const keys = prefixKeys(constants).map((key) => scope + key);
    // All of them are used again, so that none goes before the others.
    const known = keys.map((key) => states.get(key));
    const shared = all === undefined ? known.findLastIndex(isThere) + 1 : firstMissing(known);
    for (let k = 1; k < shared; k++) all?.splice(0, 0, known[k - 1]!);
    let asked = known[shared - 1];
    const state = Float32Array.from(asked?.signal ?? noiseOf(group, purpose, replicate, 0));
    for (let k = Math.max(1, shared); k <= steps; k++) {
      const i = steps - k;
      if (asked === undefined) {
        if (isCancelled()) return undefined;
        const start = performance.now();
        const predicted = await askNetwork(group, state, constants.noiseLevels[i]!, network);
        counts.networkMs += performance.now() - start;
        counts.clipSteps += group.clips.length;
        asked = { signal: state.slice(), predicted };
        if (i > 0) states.set(keys[k - 1]!, asked, 2 * state.length);
      }
      all?.splice(0, 0, asked);
      const added = i === 0 ? undefined : noiseOf(group, purpose, replicate, k);
      reverseStep({ constants, i, predicted: asked.predicted, added, clamp }, state);
      asked = undefined;
    }
    return state;
  }

  return {
    async evaluate(task, isCancelled = () => false) {
      const started = performance.now();
      const counts: Counts = { networkMs: 0, clipSteps: 0 };
      const distances = new Map<MetricName, number[]>(task.metrics.map((metric) => [metric, []]));
      const signals: Float32Array[] = [];
      const [begin, end] = task.clips ?? [0, Number.POSITIVE_INFINITY];
      for (const group of prepared[task.set].filter(({ first }) => first >= begin && first < end)) {
        const output = await generate(group, task, counts, isCancelled);
        if (output === undefined) return undefined;
        for (const [metric, values] of distances) values.push(...measure(group, metric, output));
        const { samples } = group;
        if (task.audible)
          for (const i of group.clips.keys()) signals.push(output.slice(i * samples, (i + 1) * samples));
      }
      return {
        kind: 'evaluation',
        distances: Object.fromEntries(distances),
        ...(task.audible && { signals }),
        nfe: ((task.coarse ? COARSE_NFE : 1) * counts.clipSteps) / options.clips[task.set].length,
        seconds: (performance.now() - started) / 1000,
        networkSeconds: counts.networkMs / 1000,
      };
    },
    async cleanError({ sigma }, isCancelled = () => false) {
      const begin = performance.now();
      const constants = searchConstants(NoiseSchedule.fromSigmas([sigma]).betas, precision);
      const [level, signalGain, noiseGain] = [constants.noiseLevels, constants.signalGain, constants.noiseGain].map(
        (values) => values[0]!,
      ) as [number, number, number];
      const noiseScale = noiseGain / signalGain;
      const errors: number[] = [];
      for (const group of prepared.scoring) {
        if (isCancelled()) return undefined;
        const clean = joined(group.clips);
        // The same draw at every level: costs of neighbouring levels then differ by little noise.
        const noise = noiseOf(group, 'clean-error', 0, 0);
        const signal = clean.map((x, t) => level * x + noiseScale * noise[t]!);
        const predicted = await askNetwork(group, signal, level);
        const squares = new Float64Array(group.clips.length);
        for (let t = 0; t < signal.length; t++) {
          let estimate = signalGain * signal[t]! - noiseGain * predicted[t]!;
          if (clamp === 'x0') estimate = Math.min(1, Math.max(-1, estimate));
          squares[Math.floor(t / group.samples)]! += (clean[t]! - estimate) ** 2;
        }
        errors.push(...squares.map((sum) => sum / group.samples));
      }
      return { kind: 'clean-error', errors, nfe: 1, seconds: (performance.now() - begin) / 1000 };
    },
    async scoreGradient({ betas, replicate }, isCancelled = () => false) {
      const started = performance.now();
      const counts: Counts = { networkMs: 0, clipSteps: 0 };
      pullBackNoise ??= await options.loadPullback?.();
      if (pullBackNoise === undefined) throw new Error('scoreGradient: the evaluator was made without a pullback');
      const constants = searchConstants(betas, precision);
      const clipCount = options.clips.scoring.length;
      let gradient = betas.map(() => 0);
      for (const group of prepared.scoring) {
        const purpose = 'scoring';
        const asked: Asked[] = [];
        const task = { betas, set: 'scoring', purpose, replicate } as const;
        const output = await generate(group, task, counts, isCancelled, asked);
        if (output === undefined) return undefined;
        const byOutput = joined(
          group.clips.map((clip, i) => {
            const prepare = prepareLogMelL1Gradient(clip, melConfig);
            const part = prepare(output.subarray(i * group.samples, (i + 1) * group.samples));
            return Float32Array.from(part.gradient, (value) => value / clipCount);
          }),
        );
        const { mels, clips } = group;
        const noise = (k: number) => noiseOf(group, purpose, replicate, k);
        const sampled = { constants, mels, batch: clips.length, noise, clamp, asked, output, byOutput };
        const part = await gradientByLevels(sampled, pullBackNoise);
        counts.clipSteps += PULLBACK_NFE * betas.length * clips.length;
        gradient = gradient.map((sum, i) => sum + part[i]!);
      }
      const seconds = (performance.now() - started) / 1000;
      return { kind: 'score-gradient', gradient, nfe: counts.clipSteps / clipCount, seconds };
    },
    async timeNetwork(set) {
      const groups = prepared[set];
      const group = groups[0]!;
      const begin = performance.now();
      await askNetwork(group, new Float32Array(group.clips.length * group.samples), 0.5);
      return (groups.length * (performance.now() - begin)) / 1000;
    },
  };
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}

function firstMissing(values: readonly unknown[]): number {
  const at = values.indexOf(undefined);
  return at === -1 ? values.length : at;
}

interface Counts {
  networkMs: number;
  /** Clips that went through the network. */
  clipSteps: number;
}

/** Clips that go through the network together. */
interface Group {
  /** Of the first of them, its number in the set. */
  readonly first: number;
  readonly clips: readonly Float32Array[];
  /** Of each clip. */
  readonly samples: number;
  /** [batch, n_mels, frames]. */
  readonly mels: Float32Array;
  readonly distances: Map<MetricName, Distance[]>;
}
