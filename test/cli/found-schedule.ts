import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS, type MetricName } from '../../src/audio/distances/index.ts';
import { outcomeFile } from '../../src/search/outcome.ts';
import type { StudySettings } from '../../src/search/settings.ts';

/** What the search below scored on held-out clips. */
export const heldout = { mean: 0.25, standardError: 0.0125 };

/** A model folder as far as a listing looks at it: a checkpoint by name, a config, and schedules. */
export function writeModelFolder(path: string, betasRange = [1e-6, 1e-2]): void {
  mkdirSync(join(path, 'schedules'), { recursive: true });
  writeFileSync(join(path, 'model.safetensors'), '');
  const config = JSON.parse(readFileSync(new URL('../../experiments/demo/config.json', import.meta.url), 'utf8'));
  config.training_config.training_noise_schedule.betas_range = betasRange;
  writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  writeFileSync(join(path, 'schedules/best-2.json'), bestJson());
  writeFileSync(join(path, 'schedules/by-hand.json'), '[0.1, 0.2, 0.3]');
}

/** What a search writes. */
export function bestJson(): string {
  const metrics = Object.fromEntries(Object.keys(METRICS).map((metric) => [metric, heldout]));
  const outcome = {
    trial: 3,
    name: 'random-3',
    betas: [0.1, 0.2],
    score: 0.2,
    heldout,
    metrics: metrics as Record<MetricName, typeof heldout>,
    finalists: [],
    comparisons: [],
    nfe: { search: 8, verification: 4 },
    budget: 8,
    seconds: 1,
  };
  return JSON.stringify(outcomeFile(STUDY, outcome));
}

const clip = (name: string) => ({ name, hash: '1'.repeat(64) });

const STUDY: StudySettings = {
  format: 1,
  steps: 2,
  strategy: 'random',
  stride: 1,
  seed: 7,
  metric: 'log-mel-l1',
  clamp: 'state',
  precision: 'float32',
  replicates: 1,
  budget: 8,
  checkpoint: clip('tiny.pt'),
  config: clip('config.json'),
  sampleRate: 22050,
  clipSamples: 11025,
  clipsPerCall: 3,
  scoringClips: ['one', 'two', 'three'].map(clip),
  heldoutClips: ['four', 'five'].map(clip),
  device: 'cpu',
  engine: 'none',
  version: '1.2.3',
};

export const SOURCE = 'found by wavegrad-schedules 1.2.3 (random, seed 7) for tiny.pt';
