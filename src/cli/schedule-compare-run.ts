import { InputError } from '../formats/input-error.ts';
import { DEMO } from '../model/demo.ts';
import { modelFiles } from '../model/model-files.ts';
import { parseFamily } from '../schedule/families.ts';
import { listModelSchedules } from '../schedule/model-schedules.ts';
import { baselines } from '../search/baselines.ts';
import { type CommandArguments, UsageError, wholeNumber } from './command.ts';
import type { COMPARE_FLAGS } from './compare-flags.ts';
import { compareCounts, planComparison } from './compare-plan.ts';
import { comparisonJson, comparisonText, refuseAllFailed } from './compare-result.ts';
import { hearWithWorkers } from './compare-run.ts';
import { type Contender, contenderRemarks, contenders, distinct } from './compare-schedules.ts';
import { deviceArgument } from './device-argument.ts';
import { INTERRUPTED } from './interrupt.ts';

const DEFAULT_STEPS = 6;

/** What `schedule-compare` does; gives the exit code. */
export async function runScheduleCompare(
  args: CommandArguments<typeof COMPARE_FLAGS>,
  positionals: readonly string[],
): Promise<number> {
  const { iters, metric, clamp, precision, quiet, json } = args;
  const counts = compareCounts(args);
  const steps = iters === undefined ? undefined : wholeNumber('iters', iters, 1);
  if (positionals.length === 1) {
    throw new UsageError(`at least two schedules were expected, got ${positionals[0]} alone`);
  }
  if (steps !== undefined && positionals.length > 0 && !positionals.some(parseFamily)) {
    throw new UsageError('--iters is for families, such as karras, and none was given');
  }
  const say = (text: string) => {
    if (!quiet) process.stderr.write(`${text}\n`);
  };
  const { folder } = await modelFiles(args.model ?? DEMO);
  const named =
    positionals.length === 0
      ? await allOf(steps ?? DEFAULT_STEPS, folder)
      : await contenders(positionals, { steps, modelFolder: folder });
  const { contenders: compared, remarks: ofSame } = distinct(named);
  if (compared.length < 2) {
    throw new InputError(
      `schedules to compare: at least two different ones were expected, got ${compared[0]?.schedule.name ?? 'none'}`,
    );
  }
  const device = await deviceArgument(args, say);
  const plan = await planComparison(args, counts, { clamp, precision }, device);
  const remarks = [...plan.remarks, ...ofSame, ...compared.flatMap((one) => contenderRemarks(one, plan))];
  for (const remark of remarks) say(remark);
  const { replicates } = counts;
  const { jobs } = device;
  const hearing = await hearWithWorkers({ plan, contenders: compared, replicates, jobs, quiet, say });
  if (hearing === undefined) return INTERRUPTED;
  const comparison = { plan, contenders: compared, hearing, metric, replicates, remarks };
  refuseAllFailed(comparison);
  process.stdout.write(json ? `${JSON.stringify(comparisonJson(comparison), null, 2)}\n` : comparisonText(comparison));
  return 0;
}

/** All that is known with a number of steps, without being named. */
async function allOf(steps: number, modelFolder: string): Promise<Contender[]> {
  const presets = await baselines(steps);
  const own = (await listModelSchedules(modelFolder)).filter(({ schedule }) => schedule.length === steps);
  const ofModel = await contenders(
    own.map(({ name }) => name),
    { modelFolder },
  );
  return [...presets.map((schedule) => ({ schedule, saysClamp: true })), ...ofModel];
}
