import { join } from 'node:path';
import type { InferredOptionTypes } from 'yargs';
import type { Precision } from '../diffusion/process.ts';
import { DEMO } from '../model/demo.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';
import type { ChosenDevice } from '../search/choose-device.ts';
import { loadClips } from '../search/clips.ts';
import { type ModelPlan, planModel } from '../search/plan-model.ts';
import { UsageError, wholeNumber } from './command.ts';
import type { HEARING_FLAGS } from './compare-flags.ts';
import { checkDevice } from './engine-flags.ts';

type CompareArguments = InferredOptionTypes<typeof HEARING_FLAGS>;

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
    const heldout = await loadClips(args.clips ?? join(DEMO, 'clips', 'heldout'), { ...options, root: args.root });
    // Workers are timed on scoring clips.
    return { scoring: heldout, heldout };
  });
}
