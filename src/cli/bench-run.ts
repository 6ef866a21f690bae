import type { Vocoder } from '../inference/vocoder.ts';
import { fillNormal } from '../random/noise.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { ProgressLine } from './progress.ts';
import { type MeanAndDeviation, meanAndDeviation } from './real-time.ts';

/** What was measured for one number of steps. */
export interface BenchRow {
  readonly schedule: NoiseSchedule;
  /** Syntheses that were timed. */
  readonly runs: number;
  /** Of each; fewer than the schedule has where the rest was extrapolated. */
  readonly measuredSteps: number;
  /** Of a whole synthesis. */
  readonly seconds: MeanAndDeviation;
  /** The last one, where it was whole. */
  readonly speech?: Float32Array;
}

export interface Measured {
  /** Seconds of one evaluation of the network for the whole mel. */
  readonly evaluation: MeanAndDeviation;
  readonly evaluations: number;
  readonly rows: readonly BenchRow[];
}

interface BenchOptions {
  readonly vocoder: Vocoder;
  readonly mels: Float32Array;
  readonly schedules: readonly NoiseSchedule[];
  /** Syntheses for each number of steps, as far as the limit allows. */
  readonly runs: number;
  /** What each number of steps may take; a synthesis that takes longer is extrapolated from its first steps. */
  readonly limitSeconds: number;
  /** Whether none may be extrapolated, whatever it takes. */
  readonly isWhole: boolean;
  readonly seed: number;
  readonly progress: ProgressLine;
  readonly isCancelled: () => boolean;
}

const EVALUATIONS = 10;

/** Measures an evaluation of the network, and then syntheses of each number of steps: of fewer where it was cancelled, and undefined where of none. */
export async function measure(options: BenchOptions): Promise<Measured | undefined> {
  const { vocoder, mels, schedules, seed, progress, isCancelled } = options;
  await vocoder.load(mels.length / vocoder.config.data_config.n_mels);
  /** Seconds in all and in each evaluation of the network, of the first steps of a synthesis; undefined where it was cancelled. */
  const timed = async (schedule: NoiseSchedule, steps: number) => {
    let [done, before, network] = [0, 0, 0];
    const begin = performance.now();
    const speech = await vocoder.synthesise({
      mels,
      betas: schedule.betas,
      clamp: schedule.clamp,
      precision: 'float64',
      noise: (out, k) => fillNormal(out, { seed, purpose: 'inference', clip: 0, replicate: 0, k }),
      isCancelled() {
        before = performance.now();
        return done >= steps || isCancelled();
      },
      onCall() {
        network += performance.now() - before;
      },
      onStep({ k }) {
        done = k;
      },
    });
    if (done < steps) return undefined;
    return { seconds: (performance.now() - begin) / 1000, network: network / 1000 / steps, speech };
  };

  const first = schedules[0]!;
  const evaluations: number[] = [];
  // The first run of a program sets up its memory.
  for (let i = 0; i <= EVALUATIONS; i++) {
    const result = await timed(first, 1);
    if (result === undefined) return undefined;
    if (i > 0) evaluations.push(result.network);
  }
  const evaluation = meanAndDeviation(evaluations);
  const plans = schedules.map((schedule) => ({
    schedule,
    ...planRow(schedule.length, evaluation.mean, options),
  }));
  const total = plans.reduce((sum, plan) => sum + plan.runs * plan.measuredSteps, 0);
  let done = 0;
  const rows: BenchRow[] = [];
  for (const { schedule, measuredSteps, runs: count } of plans) {
    const seconds: number[] = [];
    let speech: Float32Array | undefined;
    for (let run = 0; run < count; run++) {
      progress.update({ done, total, text: `${schedule.length} steps` });
      const result = await timed(schedule, measuredSteps);
      if (result === undefined) return rows.length === 0 ? undefined : { evaluation, evaluations: EVALUATIONS, rows };
      seconds.push((result.seconds * schedule.length) / measuredSteps);
      speech = result.speech;
      done += measuredSteps;
    }
    rows.push({ schedule, runs: count, measuredSteps, seconds: meanAndDeviation(seconds), speech });
  }
  return { evaluation, evaluations: EVALUATIONS, rows };
}

/** How often to run how many steps of `steps`, each of so many seconds. */
export function planRow(
  steps: number,
  secondsPerStep: number,
  { runs, limitSeconds, isWhole }: Pick<BenchOptions, 'runs' | 'limitSeconds' | 'isWhole'>,
): { readonly runs: number; readonly measuredSteps: number } {
  const affordable = Math.floor(limitSeconds / (steps * secondsPerStep));
  if (affordable >= 1 || isWhole) return { runs: Math.max(1, Math.min(runs, affordable)), measuredSteps: steps };
  return { runs, measuredSteps: Math.max(1, Math.floor(limitSeconds / (runs * secondsPerStep))) };
}
