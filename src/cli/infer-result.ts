import { counted, duration } from '../report/numbers.ts';
import type { InferPlan } from './infer-plan.ts';
import { type Made, workersFor } from './infer-run.ts';
import type { Where } from './one-by-one.ts';
import { meanAndDeviation, shownFactor } from './real-time.ts';

/** What a run came to. */
export interface InferResult {
  readonly plan: InferPlan;
  readonly where: Where;
  readonly made: readonly Made[];
}

/** What the result is as JSON. */
export function inferJson({ plan, where, made }: InferResult) {
  const rate = plan.config.data_config.sample_rate;
  const { schedule, clamp, precision, seed, report, remarks } = plan;
  const files = made.map(({ task, samples, seconds }) => ({
    [task.source.kind]: task.source.path,
    wav: task.wav,
    ...(task.states !== undefined && { states: task.states }),
    samples,
    seconds,
    realTimeFactor: (seconds * rate) / samples,
  }));
  return {
    files,
    realTimeFactor: meanAndDeviation(files.map(({ realTimeFactor }) => realTimeFactor)),
    schedule: schedule.name,
    betas: schedule.betas,
    clamp,
    precision,
    seed,
    sampleRate: rate,
    engine: where.engine,
    device: where.device,
    ...workersFor(plan.tasks.length, where),
    ...(report !== undefined && { report }),
    remarks,
  };
}

/** The files, and the real-time factor. */
export function inferText(result: InferResult): string {
  const paths = result.made.map(({ task }) => `${task.wav}\n`);
  const { report } = result.plan;
  return `${paths.join('')}${report === undefined ? '' : `${report}\n`}${realTimeSentence(result)}\n`;
}

/** How fast it was, in one line. */
export function realTimeSentence({ plan, where, made }: InferResult): string {
  const rate = plan.config.data_config.sample_rate;
  const factors = made.map(({ seconds, samples }) => (seconds * rate) / samples);
  const speech = made.reduce((sum, { samples }) => sum + samples / rate, 0);
  const { workers, threads } = workersFor(plan.tasks.length, where);
  const several = workers === 1 ? '' : `${workers} files at a time on `;
  const on =
    where.device === 'cpu' ? `${several}${counted(threads, 'thread')}${workers === 1 ? '' : ' each'}` : where.device;
  const { name, length } = plan.schedule;
  return `RTF ${shownFactor(meanAndDeviation(factors))} (${counted(made.length, 'file')}, ${duration(speech)} of speech; ${name}, ${counted(length, 'step')}; ${on})`;
}
