import { METRIC_NAMES } from '../audio/distances/index.ts';
import { PRECISIONS } from '../diffusion/process.ts';
import { CLAMPS } from '../schedule/noise-schedule.ts';
import { STRATEGIES, type StrategyName } from '../search/strategies/index.ts';
import { ENGINE_FLAGS } from './engine-flags.ts';
import { MODEL_FLAGS } from './model-flags.ts';
import { QUEUE_FLAGS } from './queue-flags.ts';
import { ROOT_FLAG } from './root-flag.ts';

/** The options of schedule-search. */
export const SEARCH_FLAGS = {
  iters: {
    type: 'string',
    default: '6',
    describe: 'Steps of the schedule (N); several, as 4,6,8,12,25 or 4-12, are searched in one run',
  },
  jobs: { type: 'number', describe: 'Evaluations at once [default: the number of cores; 1 with --engine tensorflow]' },
  ...MODEL_FLAGS,
  clips: {
    type: 'string',
    describe: 'Folder, filelist or file of recordings to score on [default: the demo clips]',
  },
  heldout: { type: 'string', describe: 'The same to verify on [default: others of --clips]' },
  ...ROOT_FLAG,
  strategy: {
    choices: Object.keys(STRATEGIES) as StrategyName[],
    default: 'auto' as StrategyName,
    describe: 'How to search',
  },
  from: {
    type: 'string',
    array: true,
    describe:
      "Schedules to try first and to compare with: families (karras, karras:1e-3:0.7), presets, files, Python lists, the model's own",
  },
  budget: {
    type: 'number',
    describe:
      'Network evaluations (NFE, one takes all scoring clips) to spend on trials, of all step counts together [default: 130 trials; for each further step count 30]',
  },
  range: {
    type: 'number',
    array: true,
    nargs: 2,
    describe: 'Ends of what is searched: of sigma (random, grid) or of beta (digit-grid, reference-grid)',
  },
  stride: { type: 'number', default: 1, describe: 'Every how many candidates of a grid to try' },
  values: {
    type: 'number',
    describe: 'Values of sigma at each step of --strategy grid [default: 3]',
  },
  'clip-seconds': {
    type: 'number',
    default: 1,
    describe: 'Length of each clip, from the middle of its file',
  },
  'clip-count': { type: 'number', default: 6, describe: 'Clips to score on, and to verify on' },
  replicates: { type: 'number', default: 1, describe: 'Noise draws a trial is scored with' },
  race: {
    type: 'boolean',
    default: true,
    describe: 'Drop candidates that have lost after a few clips; --no-race hears all on all',
  },
  coarse: {
    choices: ['int8'] as const,
    describe: 'Network that hears candidates of a race first, in eight bits; every reported score is in float32',
  },
  metric: {
    choices: METRIC_NAMES,
    default: METRIC_NAMES[0],
    describe: 'Distance to minimise',
  },
  clamp: { choices: CLAMPS, default: 'x0' as const, describe: 'What the sampler holds to [-1, 1]' },
  precision: {
    choices: PRECISIONS,
    default: 'float64' as const,
    describe: "Rounding of the sampler's constants",
  },
  seed: { type: 'number', default: 0, describe: 'Decides all noise and all proposals' },
  study: {
    type: 'string',
    describe: 'Folder of the study [default: experiments/search-ITERS, or search-ITERS-MODEL with --model]',
  },
  'save-to-model': {
    type: 'boolean',
    default: false,
    describe: "Save the winner to the model's folder, as schedules/best-N.json",
  },
  report: { type: 'string', describe: 'The HTML page to write [default: reports/<study>.html]' },
  watch: {
    type: 'boolean',
    default: false,
    describe: 'Serve the report on 127.0.0.1 while the search runs, kept current; the address is on standard error',
  },
  resume: {
    type: 'boolean',
    default: false,
    describe: 'Fail where there is no study to go on with, rather than begin one',
  },
  fresh: { type: 'boolean', default: false, describe: 'Begin another study beside the one that exists' },
  ...QUEUE_FLAGS,
  mixed: {
    type: 'boolean',
    default: false,
    describe: 'Let in workers of --queue whose processors give other bits: the scores then agree to 1e-4',
  },
  ...ENGINE_FLAGS,
  half: {
    type: 'boolean',
    default: false,
    describe: 'Half precision on a device other than cpu; says first by how much a score differs',
  },
} as const;
