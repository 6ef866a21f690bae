import { join } from 'node:path';
import type { InferredOptionTypes, Options } from 'yargs';
import { METRIC_NAMES } from '../audio/distances/index.ts';
import { PRECISIONS, type Precision } from '../diffusion/process.ts';
import { DEMO } from '../model/demo.ts';
import { CLAMPS, type Clamp } from '../schedule/noise-schedule.ts';
import type { ChosenDevice } from '../search/choose-device.ts';
import { loadClips } from '../search/clips.ts';
import { type ModelPlan, planModel } from '../search/plan-model.ts';
import { UsageError, wholeNumber } from './command.ts';
import { checkDevice, ENGINE_FLAGS } from './engine-flags.ts';
import { MODEL_FLAGS } from './model-flags.ts';

/** Options of commands that hear schedules on one set of clips: which model, which clips, how often. */
export const COMPARE_FLAGS = {
  ...MODEL_FLAGS,
  clips: {
    type: 'string',
    describe: 'Folder, filelist or file of recordings to compare on [default: the held-out demo clips]',
  },
  'clip-count': { type: 'number', default: 6, describe: 'Clips to compare on' },
  'clip-seconds': { type: 'number', default: 1, describe: 'Length of each clip, from the middle of its file' },
  replicates: { type: 'number', default: 4, describe: 'Noise draws, the same for every schedule' },
  seed: { type: 'number', default: 0, describe: 'Decides all noise, and which clips are taken of many' },
  jobs: { type: 'number', describe: 'Evaluations at once [default: the number of cores; 1 with --engine tensorflow]' },
  ...ENGINE_FLAGS,
} as const satisfies Record<string, Options>;

/** How the sampler works and what judges it, where nothing but the command says so. */
export const SAMPLER_FLAGS = {
  metric: { choices: METRIC_NAMES, default: METRIC_NAMES[0], describe: 'Distance to rank by; all are measured' },
  clamp: { choices: CLAMPS, default: 'x0' as const, describe: 'What the sampler holds to [-1, 1]' },
  precision: { choices: PRECISIONS, default: 'float64' as const, describe: "Rounding of the sampler's constants" },
} as const satisfies Record<string, Options>;

type CompareArguments = InferredOptionTypes<typeof COMPARE_FLAGS>;

/** What of the options counts, each checked. */
export interface CompareCounts {
  readonly clipCount: number;
  readonly replicates: number;
  readonly seed: number;
}

/** @throws UsageError for a count that is none, or a device that the engine does not take */
export function compareCounts(args: CompareArguments): CompareCounts {
  if (!(args['clip-seconds'] > 0)) throw new UsageError(`--clip-seconds must be above 0, got ${args['clip-seconds']}`);
  checkDevice(args);
  if (args.jobs !== undefined) wholeNumber('jobs', args.jobs, 1);
  return {
    clipCount: wholeNumber('clip-count', args['clip-count'], 1),
    replicates: wholeNumber('replicates', args.replicates, 1),
    seed: wholeNumber('seed', args.seed, 0),
  };
}

/**
 * The model and the clips that are asked for, which are the plan's held-out ones.
 *
 * @throws InputError where one cannot be read or they do not fit together
 */
export function planComparison(
  args: CompareArguments,
  { clipCount, seed }: CompareCounts,
  { clamp, precision }: { readonly clamp: Clamp; readonly precision: Precision },
  { device, rowsPerCall }: ChosenDevice,
): Promise<ModelPlan> {
  const { model, config, engine } = args;
  const sampler = { clamp, precision, seed };
  const where = { engine, device, rowsPerCall };
  const request = { model, config, clipSeconds: args['clip-seconds'], clipCount, ...sampler, ...where };
  return planModel(request, async (options) => {
    const heldout = await loadClips(args.clips ?? join(DEMO, 'clips', 'heldout'), options);
    // Workers are timed on scoring clips.
    return { scoring: heldout, heldout };
  });
}
