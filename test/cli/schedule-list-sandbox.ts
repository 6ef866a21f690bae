import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { METRICS, type MetricName } from '../../src/audio/distances/index.ts';
import { outcomeFile } from '../../src/search/outcome.ts';
import type { StudySettings } from '../../src/search/settings.ts';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const PROGRAM = fileURLToPath(new URL('../../src/cli/schedule-list.ts', import.meta.url));

export interface Sandbox {
  /** Absolute. */
  readonly path: (name: string) => string;
  /** A line as typed in a shell, in the temporary folder. */
  readonly shell: (line: string) => { status: number | null; stdout: string; stderr: string };
}

/** A temporary folder for the tests of a file, in which `schedule-list` is a command. */
export function sandbox(): Sandbox {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'schedule-list-'));
    const command = `#!/bin/sh\nexec '${process.execPath}' --import '${TSX}' '${PROGRAM}' "$@"\n`;
    writeFileSync(join(folder, 'schedule-list'), command, { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    path: (name) => join(folder, name),
    shell(line) {
      const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
      return spawnSync('sh', ['-c', line], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...env, PATH: `${folder}:${env.PATH}` },
      });
    },
  };
}

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
