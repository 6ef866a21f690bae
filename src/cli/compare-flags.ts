import type { Options } from 'yargs';
import { METRIC_NAMES } from '../audio/distances/index.ts';
import { PRECISIONS } from '../diffusion/process.ts';
import { CLAMPS } from '../schedule/noise-schedule.ts';
import { ENGINE_FLAGS } from './engine-flags.ts';
import { MODEL_FLAGS } from './model-flags.ts';
import { ROOT_FLAG } from './root-flag.ts';

/** Options of commands that hear schedules on one set of clips: which model, which clips, how often. */
export const HEARING_FLAGS = {
  ...MODEL_FLAGS,
  clips: {
    type: 'string',
    describe: 'Folder, filelist or file of recordings to compare on [default: the held-out demo clips]',
  },
  ...ROOT_FLAG,
  'clip-count': { type: 'number', default: 6, describe: 'Clips to compare on' },
  'clip-seconds': { type: 'number', default: 1, describe: 'Length of each clip, from the middle of its file' },
  replicates: { type: 'number', default: 4, describe: 'Noise draws, the same for every schedule' },
  seed: { type: 'number', default: 0, describe: 'Decides all noise, and which clips are taken of many' },
  jobs: { type: 'number', describe: 'Evaluations at once [default: the number of cores; 1 with --engine tensorflow]' },
  ...ENGINE_FLAGS,
} as const satisfies Record<string, Options>;

/** How the sampler works and what judges it, where nothing but the command says so. */
const SAMPLER_FLAGS = {
  metric: { choices: METRIC_NAMES, default: METRIC_NAMES[0], describe: 'Distance to rank by; all are measured' },
  clamp: { choices: CLAMPS, default: 'x0' as const, describe: 'What the sampler holds to [-1, 1]' },
  precision: { choices: PRECISIONS, default: 'float64' as const, describe: "Rounding of the sampler's constants" },
} as const satisfies Record<string, Options>;

/** The options of schedule-compare. */
export const COMPARE_FLAGS = {
  iters: {
    type: 'number',
    describe: 'Steps of families [default: those of the other schedules]; without a schedule, of all [default: 6]',
  },
  ...HEARING_FLAGS,
  ...SAMPLER_FLAGS,
} as const satisfies Record<string, Options>;

/** The options of schedule-transfer. */
export const TRANSFER_FLAGS = {
  iters: { type: 'number', describe: 'Steps, where the schedule is a family' },
  ...HEARING_FLAGS,
  metric: {
    choices: METRIC_NAMES,
    describe: "Distance to judge by; all are measured [default: the search's that found it, else log-mel-l1]",
  },
  clamp: {
    choices: CLAMPS,
    describe: 'What the sampler holds to [-1, 1] [default: what the schedule is meant for, else x0]',
  },
  precision: {
    choices: PRECISIONS,
    describe: "Rounding of the sampler's constants [default: what it was found in, else float64]",
  },
} as const satisfies Record<string, Options>;
