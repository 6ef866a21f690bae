import { cpus } from 'node:os';
import { counted, grouped } from '../report/numbers.ts';
import type { BenchRow, Measured } from './bench-run.ts';
import type { BenchSubject } from './bench-subject.ts';
import type { Where } from './one-by-one.ts';
import { type MeanAndDeviation, shownFactor } from './real-time.ts';

/** What was measured, and on what. */
export interface BenchResult {
  readonly subject: BenchSubject;
  readonly measured: Measured;
  readonly where: Where;
  /** The engine's package, version and platform. */
  readonly engine: string;
  readonly parameterCount: number;
  /** Of this process, in MiB, at most so far. */
  readonly peakMemory: number;
}

/** Seconds of the speech that was made. */
export function speechSeconds({ mels, config }: BenchSubject): number {
  const { n_mels: nMels, hop_length: hop, sample_rate: rate } = config.data_config;
  return ((mels.length / nMels) * hop) / rate;
}

/** A row's seconds for each second of speech. */
function factorOf({ seconds }: BenchRow, speech: number): MeanAndDeviation {
  return { mean: seconds.mean / speech, deviation: seconds.deviation / speech };
}

export function benchJson(result: BenchResult) {
  const { subject, measured, where, engine, parameterCount, peakMemory } = result;
  const speech = speechSeconds(subject);
  return {
    model: subject.isRandom ? 'random' : subject.checkpointPath,
    weights: subject.isRandom ? 'random' : 'given',
    parameters: parameterCount,
    engine,
    device: where.device,
    threads: where.threads,
    processor: processor(),
    peakMemoryMiB: peakMemory,
    sampleRate: subject.config.data_config.sample_rate,
    speechSeconds: speech,
    evaluation: { seconds: measured.evaluation, count: measured.evaluations },
    rows: measured.rows.map((row) => ({
      steps: row.schedule.length,
      schedule: row.schedule.name,
      seconds: row.seconds,
      realTimeFactor: factorOf(row, speech),
      runs: row.runs,
      measuredSteps: row.measuredSteps,
      isExtrapolated: isExtrapolated(row),
    })),
  };
}

/** The seed's table, with what a reader must know of it. */
export function benchText(result: BenchResult): string {
  const { measured, subject } = result;
  const speech = speechSeconds(subject);
  const { mean, deviation } = measured.evaluation;
  const lines = [
    ...benchFacts(result).map(([what, value]) => `- ${what}: ${value}`),
    '',
    '| steps | seconds | RTF | measured as |',
    '| ---: | ---: | ---: | --- |',
    ...measured.rows.map(
      (row) =>
        `| ${row.schedule.length} | ${shown(row, row.seconds)} | ${shown(row, factorOf(row, speech))} | ${how(row)} |`,
    ),
    '',
    `RTF is the seconds that a second of speech takes, mean ± standard deviation of the runs; below 1 is faster than real time. ` +
      `One evaluation of the network took ${(mean / speech).toFixed(4)} ± ${(deviation / speech).toFixed(4)} s a second of speech (${measured.evaluations} times).`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What was measured on what, as pairs. */
export function benchFacts({ subject, where, engine, parameterCount, peakMemory }: BenchResult): [string, string][] {
  const weights = subject.isRandom ? 'random weights, since no model was given' : subject.checkpointPath;
  const on = where.device === 'cpu' ? `cpu, ${counted(where.threads, 'thread')} (${processor()})` : where.device;
  return [
    ['model', `${grouped(parameterCount)} parameters, ${weights}`],
    ['device', on],
    ['engine', `${engine}, Node ${process.versions.node}`],
    ['speech', `${speechSeconds(subject).toFixed(2)} s at ${grouped(subject.config.data_config.sample_rate)} Hz`],
    ['peak of memory', `${grouped(peakMemory)} MiB`],
  ];
}

function processor(): string {
  return cpus()[0]?.model.trim() ?? 'unknown processor';
}

function isExtrapolated({ measuredSteps, schedule }: BenchRow): boolean {
  return measuredSteps < schedule.length;
}

function how(row: BenchRow): string {
  if (isExtrapolated(row)) return `extrapolated from ${row.measuredSteps} steps, run ${times(row.runs)}`;
  return `run ${times(row.runs)}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** One run has no deviation. */
function shown({ runs }: BenchRow, value: MeanAndDeviation): string {
  return runs === 1 ? shownFactor(value).replace(/ ±.*/, '') : shownFactor(value);
}
