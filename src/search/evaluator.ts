import { type Distance, METRICS, type MetricName } from '../audio/distances/index.ts';
import { joined } from '../audio/joined.ts';
import { createMelFrontEnd, type MelConfig } from '../audio/mel.ts';
import type { Precision } from '../diffusion/process.ts';
import { type PredictNoise, sample } from '../diffusion/sampler.ts';
import { fillNormal, type Purpose } from '../random/noise.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';

/** Which clips are generated: those that strategies see, or those that only judge. */
type ClipSetName = 'scoring' | 'heldout';

/** One evaluation: a schedule on one set of clips with one draw of noise. */
export interface EvaluationTask {
  readonly betas: readonly number[];
  readonly set: ClipSetName;
  readonly purpose: Purpose;
  readonly replicate: number;
  /** Distances to compute. */
  readonly metrics: readonly MetricName[];
}

export interface Evaluation {
  /** The distance of each clip, by metric; not finite where the schedule blew up. */
  readonly distances: Readonly<Partial<Record<MetricName, readonly number[]>>>;
  /** Network evaluations of all the set's clips that were made. */
  readonly nfe: number;
  /** Wall-clock seconds of the whole evaluation. */
  readonly seconds: number;
  /** Of them, spent in the network. */
  readonly networkSeconds: number;
}

export interface EvaluatorOptions {
  readonly predictNoise: PredictNoise;
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
  /** Wall-clock seconds of one network evaluation of all the set's clips, judged by the first call's. */
  timeNetwork(set: ClipSetName): Promise<number>;
}

/** Noise is the same for every schedule, so draws are kept; beyond this many numbers (64 MiB) the oldest go. */
const KEPT_NOISE = 2 ** 24;

/**
 * Scores schedules with common random numbers: the noise is a function of seed, purpose, clip, replicate, step k and sample
 * alone, so a score does not depend on the worker, the order or the number of jobs.
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { melConfig, predictNoise, clipsPerCall, seed, clamp, precision } = options;
  const frontEnd = createMelFrontEnd(melConfig);
  const prepared = { scoring: prepareSet(options.clips.scoring), heldout: prepareSet(options.clips.heldout) };
  const noiseCache = createNoiseCache(seed);

  /** The clips in the groups that go through the network together. */
  function prepareSet(clips: readonly Float32Array[]): Group[] {
    const starts = clips.map((_, i) => i).filter((i) => i % clipsPerCall === 0);
    return starts.map((first) => {
      const members = clips.slice(first, first + clipsPerCall);
      const mels = joined(members.map((clip) => frontEnd.logMel(clip).data));
      return { first, clips: members, samples: members[0]!.length, mels, distances: new Map() };
    });
  }

  function measure({ clips, samples, distances }: Group, metric: MetricName, output: Float32Array): number[] {
    // Metrics analyse a recording once, and only those that are asked for.
    const prepare = () => clips.map((clip) => METRICS[metric].prepare(clip, melConfig));
    const functions = distances.get(metric) ?? prepare();
    distances.set(metric, functions);
    return functions.map((distance, i) => distance(output.subarray(i * samples, (i + 1) * samples)));
  }

  return {
    async evaluate({ betas, set, purpose, replicate, metrics }, isCancelled) {
      const begin = performance.now();
      let networkMs = 0;
      const timedPredictNoise: PredictNoise = async (input) => {
        const start = performance.now();
        const noise = await predictNoise(input);
        networkMs += performance.now() - start;
        return noise;
      };
      const distances = new Map<MetricName, number[]>(metrics.map((metric) => [metric, []]));
      for (const group of prepared[set]) {
        const output = await sample({
          predictNoise: timedPredictNoise,
          betas,
          mels: group.mels,
          batch: group.clips.length,
          samples: group.samples,
          noise: (k) => noiseCache(group, purpose, replicate, k),
          clamp,
          precision,
          isCancelled,
        });
        if (output === undefined) return undefined;
        for (const [metric, values] of distances) values.push(...measure(group, metric, output));
      }
      return {
        distances: Object.fromEntries(distances),
        nfe: betas.length,
        seconds: (performance.now() - begin) / 1000,
        networkSeconds: networkMs / 1000,
      };
    },
    async timeNetwork(set) {
      const groups = prepared[set];
      const { clips, samples, mels } = groups[0]!;
      const noiseLevels = new Float32Array(clips.length).fill(0.5);
      const signal = new Float32Array(clips.length * samples);
      const begin = performance.now();
      await predictNoise({ signal, mels, noiseLevels, batch: clips.length });
      return (groups.length * (performance.now() - begin)) / 1000;
    },
  };
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

function createNoiseCache(seed: number) {
  const cache = new Map<string, Float32Array>();
  let kept = 0;
  return ({ first, clips, samples }: Group, purpose: Purpose, replicate: number, k: number): Float32Array => {
    const key = `${purpose}/${replicate}/${k}/${first}/${clips.length}/${samples}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const noise = new Float32Array(clips.length * samples);
    for (const i of clips.keys()) {
      fillNormal(noise.subarray(i * samples, (i + 1) * samples), { seed, purpose, clip: first + i, replicate, k });
    }
    for (const [oldest, { length }] of cache) {
      if (kept + noise.length <= KEPT_NOISE) break;
      cache.delete(oldest);
      kept -= length;
    }
    cache.set(key, noise);
    kept += noise.length;
    return noise;
  };
}
