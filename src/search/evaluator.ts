import { METRICS, type MetricName } from '../audio/distances/index.ts';
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
  /** Network evaluations of the batch that were made. */
  readonly nfe: number;
  /** Wall-clock seconds of the whole evaluation. */
  readonly seconds: number;
  /** Of them, spent in the network. */
  readonly networkSeconds: number;
}

export interface EvaluatorOptions {
  readonly predictNoise: PredictNoise;
  readonly melConfig: MelConfig;
  /** The floor of the mel power that the model was trained with; without it silence becomes 0, as in the reference. */
  readonly melFloor?: number;
  /** The recordings, all of one length, a whole number of hops. */
  readonly clips: Readonly<Record<ClipSetName, readonly Float32Array[]>>;
  readonly seed: number;
  readonly clamp: Clamp;
  readonly precision: Precision;
}

export interface Evaluator {
  /** Generates the task's clips, in one batch, and measures them; undefined where `isCancelled` said true between two steps. */
  evaluate(task: EvaluationTask, isCancelled?: () => boolean): Promise<Evaluation | undefined>;
  /** Wall-clock seconds of one network evaluation of the set's batch. */
  timeNetwork(set: ClipSetName): Promise<number>;
}

/** Noise is the same for every schedule, so draws are kept; beyond this many numbers (64 MiB) the oldest go. */
const KEPT_NOISE = 2 ** 24;

/**
 * Scores schedules with common random numbers: the noise is a function of seed, purpose, clip, replicate, step k and sample
 * alone, so a score does not depend on the worker, the order or the number of jobs.
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { melConfig, predictNoise, seed, clamp, precision } = options;
  const silence = options.melFloor === undefined ? ('zero' as const) : { floor: options.melFloor };
  const frontEnd = createMelFrontEnd(melConfig);
  const prepared = {
    scoring: prepareSet(options.clips.scoring),
    heldout: prepareSet(options.clips.heldout),
  };
  const noiseCache = createNoiseCache(seed);

  function prepareSet(clips: readonly Float32Array[]) {
    const samples = clips[0]?.length ?? 0;
    return {
      batch: clips.length,
      samples,
      mels: joined(clips.map((clip) => frontEnd.logMel(clip, silence).data)),
      // Metrics analyse the recording once, and only those that are asked for.
      distances: new Map<MetricName, ((candidate: Float32Array) => number)[]>(),
      clips,
    };
  }

  function measure(set: ReturnType<typeof prepareSet>, metric: MetricName, output: Float32Array): number[] {
    let distances = set.distances.get(metric);
    if (distances === undefined) {
      distances = set.clips.map((clip) => METRICS[metric].prepare(clip, melConfig));
      set.distances.set(metric, distances);
    }
    return distances.map((distance, i) => distance(output.subarray(i * set.samples, (i + 1) * set.samples)));
  }

  return {
    async evaluate(task, isCancelled) {
      const begin = performance.now();
      const set = prepared[task.set];
      let networkMs = 0;
      const output = await sample({
        predictNoise: async (input) => {
          const start = performance.now();
          const noise = await predictNoise(input);
          networkMs += performance.now() - start;
          return noise;
        },
        betas: task.betas,
        mels: set.mels,
        batch: set.batch,
        samples: set.samples,
        noise: (k) => noiseCache(task.purpose, task.replicate, k, set.batch, set.samples),
        clamp,
        precision,
        isCancelled,
      });
      if (output === undefined) return undefined;
      const distances = Object.fromEntries(task.metrics.map((metric) => [metric, measure(set, metric, output)]));
      return {
        distances,
        nfe: task.betas.length,
        seconds: (performance.now() - begin) / 1000,
        networkSeconds: networkMs / 1000,
      };
    },
    async timeNetwork(setName) {
      const { batch, samples, mels } = prepared[setName];
      const noiseLevels = new Float32Array(batch).fill(0.5);
      const signal = noiseCache('scoring', 0, 0, batch, samples);
      const begin = performance.now();
      await predictNoise({ signal, mels, noiseLevels, batch });
      return (performance.now() - begin) / 1000;
    },
  };
}

function createNoiseCache(seed: number) {
  const cache = new Map<string, Float32Array>();
  let kept = 0;
  return (purpose: Purpose, replicate: number, k: number, batch: number, samples: number): Float32Array => {
    const key = `${purpose}/${replicate}/${k}/${batch}/${samples}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const noise = new Float32Array(batch * samples);
    for (let clip = 0; clip < batch; clip++) {
      fillNormal(noise.subarray(clip * samples, (clip + 1) * samples), { seed, purpose, clip, replicate, k });
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

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
