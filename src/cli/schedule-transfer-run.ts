import { METRIC_NAMES } from '../audio/distances/index.ts';
import { InputError } from '../formats/input-error.ts';
import { DEMO } from '../model/demo.ts';
import { modelFiles } from '../model/model-files.ts';
import { modelScheduleNames } from '../schedule/model-schedules.ts';
import { baselines } from '../search/baselines.ts';
import { sameBetas } from '../search/trial.ts';
import { type CommandArguments, UsageError, wholeNumber } from './command.ts';
import type { TRANSFER_FLAGS } from './compare-flags.ts';
import { compareCounts, planComparison } from './compare-plan.ts';
import { refuseAllFailed } from './compare-result.ts';
import { hearWithWorkers } from './compare-run.ts';
import { type Contender, contenderRemarks, contenders, distinct } from './compare-schedules.ts';
import { deviceArgument } from './device-argument.ts';
import { INTERRUPTED } from './interrupt.ts';
import { transferJson, transferText } from './transfer-result.ts';

/** What `schedule-transfer` does; gives the exit code. */
export async function runScheduleTransfer(
  args: CommandArguments<typeof TRANSFER_FLAGS>,
  positionals: readonly string[],
): Promise<number> {
  const { iters, quiet, json } = args;
  const counts = compareCounts(args);
  const steps = iters === undefined ? undefined : wholeNumber('iters', iters, 1);
  const [text] = positionals;
  if (text === undefined || positionals.length > 1) {
    throw new UsageError(`one schedule was expected, got ${positionals.join(' ') || 'none'}`);
  }
  const say = (sentence: string) => {
    if (!quiet) process.stderr.write(`${sentence}\n`);
  };
  const { folder } = await modelFiles(args.model ?? DEMO);
  const subject = (await contenders([text], { steps, modelFolder: folder }))[0]!;
  const { rivals, remarks: ofRivals } = await rivalsOf(subject, text, folder);
  const { contenders: compared, remarks: ofSame } = distinct([subject, ...rivals]);
  if (compared.length < 2) {
    throw new InputError(
      `${text}: a number of steps was expected that a published schedule or ${folder} has too, got ${subject.schedule.length}; schedule-compare takes any`,
    );
  }
  const metric = args.metric ?? subject.study?.metric ?? METRIC_NAMES[0];
  const device = await deviceArgument(args, say);
  const sampler = {
    clamp: args.clamp ?? (subject.saysClamp ? subject.schedule.clamp : 'x0'),
    precision: args.precision ?? subject.study?.precision ?? 'float64',
  };
  const plan = await planComparison(args, counts, sampler, device);
  const own = compared.findIndex((one, i) => i > 0 && one.isOfModel);
  const ofFit = compared.filter((_, i) => i === 0 || i === own).flatMap((one) => contenderRemarks(one, plan));
  const ofModel =
    subject.study?.checkpoint.hash === plan.settings.checkpoint.hash
      ? [`${compared[0]!.schedule.name} was found on this very model.`]
      : [];
  const remarks = [...plan.remarks, ...ofRivals, ...ofSame, ...ofModel, ...ofFit];
  for (const remark of remarks) say(remark);
  const { replicates } = counts;
  const { jobs } = device;
  const hearing = await hearWithWorkers({ plan, contenders: compared, replicates, jobs, quiet, say });
  if (hearing === undefined) return INTERRUPTED;
  const transfer = {
    plan,
    contenders: compared,
    hearing,
    metric,
    replicates,
    remarks,
    own: own < 0 ? undefined : own,
  };
  refuseAllFailed(transfer);
  process.stdout.write(json ? `${JSON.stringify(transferJson(transfer), null, 2)}\n` : transferText(transfer));
  return 0;
}

/** The published schedules of as many steps, and the model's own, where it has one. */
async function rivalsOf(
  { schedule, isOfModel }: Contender,
  text: string,
  modelFolder: string,
): Promise<{ rivals: Contender[]; remarks: string[] }> {
  const published = (await baselines(schedule.length)).filter(({ betas }) => !sameBetas(betas, schedule.betas));
  const rivals: Contender[] = published.map((preset) => ({ schedule: preset, saysClamp: true }));
  const best = `best-${schedule.length}`;
  if (text === best && isOfModel) {
    return { rivals, remarks: [`${best} is the model's own; a path names that of another.`] };
  }
  const carries = (await modelScheduleNames(modelFolder)).includes(best);
  return { rivals: carries ? [...rivals, ...(await contenders([best], { modelFolder }))] : rivals, remarks: [] };
}
