import type { InferredOptionTypes } from 'yargs';
import type { SearchRequest } from '../search/plan.ts';
import { packageVersion, UsageError, wholeNumber } from './command.ts';
import type { SEARCH_FLAGS } from './search-flags.ts';

/** The options of schedule-search, as they were given. */
export type SearchArguments = InferredOptionTypes<typeof SEARCH_FLAGS> & {
  readonly quiet: boolean;
  readonly json: boolean;
};

/** What is asked for, whatever the number of steps and the device; a UsageError where a value cannot be meant. */
export function searchRequest(
  args: SearchArguments,
): Omit<SearchRequest, 'steps' | 'from' | 'budget' | 'device' | 'rowsPerCall' | 'half'> {
  if (!(args['clip-seconds'] > 0)) throw new UsageError(`--clip-seconds must be above 0, got ${args['clip-seconds']}`);
  const range = args.range as [number, number] | undefined;
  if (range !== undefined && !(range[0] < range[1])) {
    throw new UsageError(`--range must be two rising numbers, got ${range.join(' ')}`);
  }
  const { model, config, clips, heldout, strategy, metric, clamp, precision, engine } = args;
  return {
    model,
    config,
    clips,
    heldout,
    clipSeconds: args['clip-seconds'],
    clipCount: wholeNumber('clip-count', args['clip-count'], 1),
    strategy,
    range,
    stride: wholeNumber('stride', args.stride, 1),
    values: args.values === undefined ? undefined : wholeNumber('values', args.values, 1),
    replicates: wholeNumber('replicates', args.replicates, 1),
    // Presets are there to be looked at, each of them.
    race: args.race && strategy !== 'presets',
    metric,
    clamp,
    precision,
    seed: wholeNumber('seed', args.seed, 0),
    engine,
    version: packageVersion(),
  };
}
