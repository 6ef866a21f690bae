import type { InferredOptionTypes } from 'yargs';
import type { SearchRequest } from '../search/plan.ts';
import { packageVersion, UsageError, wholeNumber } from './command.ts';
import type { SEARCH_FLAGS } from './search-flags.ts';
import { stepCounts } from './step-counts.ts';

/** The options of schedule-search, as they were given. */
export type SearchArguments = InferredOptionTypes<typeof SEARCH_FLAGS> & {
  readonly quiet: boolean;
  readonly json: boolean;
};

/** The numbers of steps, in rising order, and what is asked for of each; a UsageError where the command line cannot be meant. */
export function checkUsage(args: SearchArguments, positionals: readonly string[]) {
  if (positionals.length > 0) {
    throw new UsageError(`no argument was expected beside the options, got ${positionals[0]}`);
  }
  const counts = stepCounts(args.iters);
  if (args.resume && args.fresh) throw new UsageError('--resume and --fresh exclude each other');
  return { counts, request: searchRequest(args) };
}

/** What is asked for, whatever the number of steps and the device; a UsageError where a value cannot be meant. */
function searchRequest(
  args: SearchArguments,
): Omit<SearchRequest, 'steps' | 'from' | 'budget' | 'device' | 'rowsPerCall' | 'half'> {
  if (!(args['clip-seconds'] > 0)) throw new UsageError(`--clip-seconds must be above 0, got ${args['clip-seconds']}`);
  if (args.watch && args.quiet) {
    throw new UsageError('--watch says on standard error where the report is, which --quiet leaves out; got both');
  }
  const range = args.range as [number, number] | undefined;
  if (range !== undefined && !(range[0] < range[1])) {
    throw new UsageError(`--range must be two rising numbers, got ${range.join(' ')}`);
  }
  const { model, config, clips, heldout, root, strategy, coarse, metric, clamp, precision, engine, device } = args;
  // Presets are there to be looked at, each of them.
  const race = args.race && strategy !== 'presets';
  const clipCount = wholeNumber('clip-count', args['clip-count'], 1);
  if (coarse !== undefined && (engine !== 'onnxruntime' || device !== 'cpu')) {
    throw new UsageError(`--coarse ${coarse} is for --engine onnxruntime on --device cpu, got ${engine} on ${device}`);
  }
  if (coarse !== undefined && !(race && clipCount > 1)) {
    const without = args.race ? (race ? `--clip-count ${clipCount}` : `--strategy ${strategy}`) : '--no-race';
    throw new UsageError(`--coarse ${coarse} is for candidates that race, and with ${without} none do`);
  }
  checkQueue(args);
  return {
    model,
    config,
    clips,
    heldout,
    root,
    clipSeconds: args['clip-seconds'],
    clipCount,
    strategy,
    range,
    stride: wholeNumber('stride', args.stride, 1),
    values: args.values === undefined ? undefined : wholeNumber('values', args.values, 1),
    replicates: wholeNumber('replicates', args.replicates, 1),
    race,
    coarse,
    metric,
    clamp,
    precision,
    seed: wholeNumber('seed', args.seed, 0),
    engine,
    version: packageVersion(),
    mixed: args.mixed,
  };
}

/** @throws UsageError for what a search on a queue cannot be combined with */
function checkQueue({ queue, prefix, mixed, engine, device, half, coarse, jobs }: SearchArguments): void {
  if (queue === undefined) {
    const alone = mixed ? '--mixed' : prefix === undefined ? undefined : '--prefix';
    if (alone !== undefined) throw new UsageError(`${alone} goes with --queue, which is missing`);
    return;
  }
  if (engine !== 'onnxruntime' || device !== 'cpu' || half) {
    const got = half ? '--half' : `${engine} on ${device}`;
    throw new UsageError(`--queue is for --engine onnxruntime on --device cpu, got ${got}`);
  }
  if (coarse !== undefined) throw new UsageError(`--queue does not go with --coarse ${coarse}; got both`);
  if (jobs !== undefined) throw new UsageError('--jobs is for schedule-worker where there is a --queue; got both');
}
