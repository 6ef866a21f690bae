/**
 * Measures the report of a large study: how long it takes to render, what it weighs, and how long Debian's Chromium takes to open it from disk.
 *
 *   node --import tsx bench/report-page.ts [--trials 35000] [--steps 6] [--rounds 5] [--json]
 *
 * The study is made up: random schedules, each with its evaluation in the journal by one of two workers, three clips of a second to listen to. A page is
 * open when all its figures are drawn and the browser has painted them.
 */
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { chromium } from 'playwright-core';
import { METRIC_NAMES } from '../src/audio/distances/index.ts';
import { fillNormal, uniforms } from '../src/random/noise.ts';
import { writeReport } from '../src/report/report.ts';
import { NoiseSchedule } from '../src/schedule/noise-schedule.ts';
import { writeListening } from '../src/search/listening.ts';
import type { Outcome } from '../src/search/outcome.ts';
import { readStudy } from '../src/search/read-study.ts';
import type { StudySettings } from '../src/search/settings.ts';
import { openStudy, studyPaths } from '../src/search/study.ts';
import type { Trial } from '../src/search/trial.ts';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '35000' },
    steps: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const [count, steps, rounds] = [values.trials, values.steps, values.rounds].map(Number) as [number, number, number];

const RATE = 22050;
const HOP = 300;
const SAMPLES = 73 * HOP;
const named = (name: string) => ({ name, hash: name.repeat(8) });
const settings: StudySettings = {
  format: 1,
  steps,
  strategy: 'random',
  stride: 1,
  seed: 0,
  metric: 'log-mel-l1',
  clamp: 'x0',
  precision: 'float64',
  replicates: 1,
  budget: count * steps,
  checkpoint: named('model.safetensors'),
  config: named('config.json'),
  data: {
    sample_rate: RATE,
    n_fft: 1024,
    win_length: 1024,
    hop_length: HOP,
    f_min: 80,
    f_max: 8000,
    n_mels: 80,
    mel_floor: 1e-5,
  },
  sampleRate: RATE,
  clipSamples: SAMPLES,
  clipsPerCall: 1,
  scoringClips: ['a', 'b', 'c', 'd', 'e', 'f'].map(named),
  heldoutClips: ['g', 'h', 'i', 'j', 'k', 'l'].map(named),
  device: 'cpu',
  engine: 'none',
  version: '0.0.0',
};

/** Scores rise with the distance of ln σ from a valley, and some noise. */
const trials = Array.from({ length: count }, (_, i): Trial => {
  const draws = uniforms(steps + 1, { seed: 1, purpose: 'clips', clip: 0, replicate: 0, k: i });
  const logs = Array.from(draws.slice(0, steps), (u) => Math.log(1e-4) + u * Math.log(1e5)).toSorted((a, b) => a - b);
  const valley = logs.map((_, n) => Math.log(8e-4) + ((n + 0.5) / steps) * Math.log(1e3));
  const distance = logs.reduce((sum, log, n) => sum + (log - valley[n]!) ** 2, 0) / steps;
  return {
    id: i + 1,
    origin: i % 3 === 0 ? 'random' : 'random-near',
    betas: NoiseSchedule.fromSigmas(logs.map((log, n) => Math.exp(log + 1e-9 * n))).betas,
    state: 'complete',
    score: 0.5 + distance / 10 + draws[steps]! / 50,
    standardError: 0.01,
    draws: 1,
    nfe: steps,
    seconds: 0.5,
  };
});

function outcomeOf(): Outcome {
  const [winner, second, ...others] = trials.toSorted((a, b) => a.score - b.score) as [Trial, Trial, ...Trial[]];
  const judged = ({ betas, score, origin: name }: Trial) => {
    const heldout = { mean: score + 0.01, standardError: 0.01 };
    const metrics = Object.fromEntries(METRIC_NAMES.map((metric) => [metric, heldout])) as Outcome['metrics'];
    return { name, betas: [...betas], score, heldout, metrics };
  };
  const difference = { mean: 0.01, standardError: 0.002 };
  return {
    trial: winner.id,
    ...judged(winner),
    finalists: [winner, second].map((trial) => ({ trial: trial.id, ...judged(trial) })),
    runnerUp: { trial: second.id, ...judged(second), difference },
    comparisons: others.slice(-5).map((trial, i) => ({ ...judged(trial), name: `baseline-${i + 1}`, difference })),
    nfe: { search: count * steps, verification: 20 * steps },
    trials: count,
    budget: settings.budget,
    seconds: count / 2,
  };
}

const folder = await mkdtemp(join(tmpdir(), 'report-page-'));
const outcome = outcomeOf();
const study = await openStudy(folder, settings, {}, 0);
await study.writeTrials(trials);
await study.writeOutcome(outcome);
await study.journal.close();
const lines = [
  { type: 'journal', format: 1 },
  { type: 'session', start: 0 },
  ...trials.map(({ id, betas, origin, score }) => {
    const when = { worker: 1 + (id % 2), start: 500 * (id >> 1), end: 500 * (id >> 1) + 490 };
    const distances = { 'log-mel-l1': settings.scoringClips.map(() => score) };
    return {
      type: 'evaluation',
      phase: 'search',
      trial: id,
      origin,
      betas,
      replicate: 0,
      distances,
      nfe: steps,
      seconds: 0.49,
      ...when,
    };
  }),
];
await appendFile(studyPaths(folder).journal, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const sound = (clip: number) =>
  fillNormal(new Float32Array(SAMPLES), { seed: 0, purpose: 'inference', clip, replicate: 0, k: 0 }).map((x) => x / 10);
const roles = ['winner', 'runner-up', 'best preset', 'worst trial'] as const;
const listening = {
  clips: [0, 1, 2].map((clip) => ({ name: `clip-${clip}`, recording: sound(clip) })),
  voices: roles.map((role, i) => {
    return {
      role,
      name: role,
      betas: outcome.betas,
      scores: [0, 0, 0],
      signals: [0, 1, 2].map((clip) => sound(3 * i + clip)),
    };
  }),
};
await writeListening(folder, listening, RATE);

const page = join(folder, 'report.html');
const begin = performance.now();
await writeReport(await readStudy(folder), page);
const renderSeconds = (performance.now() - begin) / 1000;
const megabytes = (await stat(page)).size / 1e6;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox'],
});
const seconds: number[] = [];
for (let round = 0; round < rounds; round++) {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const opened = performance.now();
  await tab.goto(pathToFileURL(page).href);
  await tab.waitForFunction(`plots.every(({ id }) => document.querySelector('#' + id + ' .main-svg') !== null)`);
  await tab.waitForSelector('#parallel canvas.gl-canvas-context', { state: 'attached' });
  await tab.evaluate('new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))');
  seconds.push((performance.now() - opened) / 1000);
  await tab.close();
}
await browser.close();
await rm(folder, { recursive: true });

const openSeconds = seconds.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]!;
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ trials: count, steps, renderSeconds, megabytes, openSeconds, all: seconds })}\n`,
  );
} else {
  const table = new Table({
    head: ['trials', 'steps', 'rendered in', 'weight', 'opened in (median)'],
    style: { head: [], border: [] },
  });
  table.push([
    count,
    steps,
    `${renderSeconds.toFixed(1)} s`,
    `${megabytes.toFixed(1)} MB`,
    `${openSeconds.toFixed(2)} s`,
  ]);
  process.stdout.write(`${table.toString()}\n`);
}
