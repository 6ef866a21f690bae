import { fileURLToPath } from 'node:url';
import type { SearchRequest } from '../src/search/plan.ts';

/** What benchmarks of the search have in common: the demo's recordings, at the same steps and noise. */
export const SEARCH_REQUEST = {
  steps: 6,
  clips: fileURLToPath(new URL('../experiments/demo/clips/score', import.meta.url)),
  heldout: fileURLToPath(new URL('../experiments/demo/clips/heldout', import.meta.url)),
  clipSeconds: 1,
  clipCount: 4,
  strategy: 'presets',
  stride: 1,
  replicates: 1,
  race: false,
  metric: 'log-mel-l1',
  clamp: 'x0',
  precision: 'float64',
  seed: 0,
  device: 'cpu',
  version: '0.0.0',
} as const satisfies SearchRequest;
