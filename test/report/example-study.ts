import { METRICS, type MetricName } from '../../src/audio/distances/index.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import type { Evidence } from '../../src/search/evidence.ts';
import type { Voice } from '../../src/search/listening.ts';
import type { Outcome } from '../../src/search/outcome.ts';
import type { StudyData } from '../../src/search/read-study.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import type { Trial } from '../../src/search/trial.ts';

export const SETTINGS: StudySettings = {
  format: 1,
  steps: 3,
  strategy: 'random',
  stride: 1,
  seed: 7,
  metric: 'log-spectral-distance',
  clamp: 'state',
  precision: 'float32',
  replicates: 1,
  budget: 300,
  checkpoint: { name: 'model.safetensors', hash: 'a1b2c3d4e5f6'.repeat(5) },
  config: { name: 'config.json', hash: '0f1e2d3c4b5a'.repeat(5) },
  sampleRate: 22050,
  clipSamples: 21900,
  clipsPerCall: 1,
  scoringClips: [{ name: 'score-1', hash: '11112222333344445555' }],
  heldoutClips: ['one', 'two', 'three', 'four'].map((name) => ({ name: `heldout-${name}`, hash: '9999888877776666' })),
  device: 'cpu',
  engine: 'onnxruntime-node 1.30.0',
  version: '0.1.0',
};

const FASTDIFF = [9e-5, 9e-3, 0.6];

/** Three steps that differ from trial to trial, their scores falling into [1, 3) in no order; the 2nd is a preset, every 10th fails. */
export function exampleTrials(count: number): Trial[] {
  return Array.from({ length: count }, (_, i): Trial => {
    // The fractional parts of multiples of the golden ratio are spread evenly and never repeat.
    const spread = (i * 0.6180339887498949) % 1;
    const failed = i % 10 === 9;
    return {
      id: i + 1,
      ...(i > 10 ? { parent: 2 } : {}),
      betas: i === 1 ? FASTDIFF : NoiseSchedule.fromSigmas([1e-3 * (1 + spread), 0.1, 1 + i / count]).betas,
      origin: i === 1 ? 'fastdiff-3' : 'random',
      state: failed ? 'failed' : 'complete',
      score: failed ? Number.NaN : 1 + 2 * spread,
      standardError: failed ? Number.NaN : 0.125,
      draws: 1,
      nfe: 3,
      seconds: 0.5,
    };
  });
}

/** Every metric at a mean, but those named. */
export function metricsAt(mean: number, others: Partial<Record<MetricName, number>> = {}): Outcome['metrics'] {
  const rows = (Object.keys(METRICS) as MetricName[]).map((name) => [
    name,
    { mean: others[name] ?? mean, standardError: 0.03125 },
  ]);
  return Object.fromEntries(rows) as Outcome['metrics'];
}

export function exampleOutcome(trials: readonly Trial[]): Outcome {
  const winner = trials[0]!;
  const found = {
    name: 'found-3',
    betas: [...winner.betas],
    score: winner.score,
    heldout: { mean: 1.25, standardError: 0.0625 },
  };
  return {
    trial: winner.id,
    ...found,
    metrics: metricsAt(1.25),
    finalists: [{ trial: winner.id, ...found, metrics: metricsAt(1.25) }],
    comparisons: [
      {
        name: 'fastdiff-3',
        betas: FASTDIFF,
        score: trials[1]!.score,
        heldout: { mean: 1.5, standardError: 0.07 },
        metrics: metricsAt(1.5),
        difference: { mean: 0.25, standardError: 0.015625 },
      },
    ],
    nfe: { search: trials.length * 3, verification: 72 },
    trials: trials.length,
    budget: 1000,
    seconds: 4000,
  };
}

export function exampleStudy(count = 30): StudyData & { readonly outcome: Outcome } {
  const trials = exampleTrials(count);
  return { folder: '/somewhere/search-3', settings: SETTINGS, trials, outcome: exampleOutcome(trials) };
}

/** Hops of 300 samples, as the clips of SETTINGS have. */
const DATA = {
  sample_rate: 22050,
  n_fft: 1024,
  win_length: 1024,
  hop_length: 300,
  f_min: 80,
  f_max: 8000,
  n_mels: 80,
  mel_floor: 1e-5,
};

/** A study whose folder says all that a report can show. */
export function exampleHeardStudy(count = 30) {
  const study = exampleStudy(count);
  const [winner] = study.outcome.finalists as [Outcome['finalists'][number]];
  // The metrics do not rank them alike.
  const finalists = [11.3, 11.1, 11.2].map((decibels, i) => {
    const trial = study.trials[3 * i]!;
    const named = { ...winner, trial: trial.id, betas: [...trial.betas], score: trial.score };
    return { ...named, metrics: metricsAt(1.25 + i / 100, { 'log-spectral-distance': decibels }) };
  });
  return { ...study, settings: { ...SETTINGS, data: DATA }, outcome: { ...study.outcome, finalists } };
}

/** What the folder of `exampleHeardStudy` would say: two workers, two sessions, four held-out clips, three clips of 0.3 s to listen to. */
export function exampleEvidence({ outcome, trials }: ReturnType<typeof exampleStudy>): Evidence {
  const samples = 22 * DATA.hop_length;
  const tone = (hertz: number) =>
    Float32Array.from({ length: samples }, (_, t) => 0.3 * Math.sin((2 * Math.PI * hertz * t) / DATA.sample_rate));
  const byClip = [outcome, ...outcome.comparisons].map(({ betas, heldout }) => {
    const values = [-0.1, 0, 0.05, 0.05].map((offset) => heldout.mean + offset);
    const rows = (Object.keys(METRICS) as MetricName[]).map((name) => [name, values]);
    return { betas, distances: Object.fromEntries(rows) as Evidence['byClip'][number]['distances'] };
  });
  const voice = (role: Voice['role'], name: string, betas: readonly number[], hertz: number): Voice => {
    return { role, name, betas: [...betas], scores: [1, 2, 3], signals: [1, 2, 3].map((clip) => tone(clip * hertz)) };
  };
  const worst = trials.reduce((a, b) => (b.score > a.score ? b : a));
  return {
    spans: trials.map(({ id }) => ({
      worker: id % 2,
      occupation: id > trials.length - 4 ? 'verification' : 'search',
      start: id,
      // The first of two spends half of its time waiting.
      end: id + (id % 2 === 0 ? 2 : 1),
      count: 1,
    })),
    resumed: [10],
    byClip,
    listening: {
      clips: ['one', 'two', 'three'].map((name, i) => ({ name: `heldout-${name}`, recording: tone(200 * (i + 1)) })),
      voices: [
        voice('winner', outcome.name, outcome.betas, 210),
        voice('best preset', 'fastdiff-3', FASTDIFF, 230),
        voice('worst trial', `trial ${worst.id}, random`, worst.betas, 900),
      ],
    },
  };
}
