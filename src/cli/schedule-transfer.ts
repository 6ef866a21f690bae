#!/usr/bin/env node
import { METRIC_NAMES } from '../audio/distances/index.ts';
import { PRECISIONS } from '../diffusion/process.ts';
import { InputError } from '../formats/input-error.ts';
import { DEMO } from '../model/demo.ts';
import { modelFiles } from '../model/model-files.ts';
import { modelScheduleNames } from '../schedule/model-schedules.ts';
import { CLAMPS } from '../schedule/noise-schedule.ts';
import { baselines } from '../search/baselines.ts';
import { sameBetas } from '../search/trial.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';
import { COMPARE_FLAGS, compareCounts, planComparison } from './compare-flags.ts';
import { refuseAllFailed } from './compare-result.ts';
import { hearWithWorkers } from './compare-run.ts';
import { type Contender, contenderRemarks, contenders, distinct } from './compare-schedules.ts';
import { deviceArgument } from './device-argument.ts';
import { INTERRUPTED } from './interrupt.ts';
import { transferJson, transferText } from './transfer-result.ts';

await runCommand(
  {
    name: 'schedule-transfer',
    synopsis: 'SCHEDULE [--model FOLDER] [--clips FOLDER] [options]',
    describe:
      'Says whether a noise schedule that was found on one model or data set still holds on another: whether it is better than every ' +
      "published schedule of as many steps there, on the same clips with the same noise, and how it does beside the model's own. " +
      'What the file says of where it was found stands beside that. A schedule is named as schedule-compare has it; other clips of the ' +
      'same model are another data set.',
    flags: {
      iters: { type: 'number', describe: 'Steps, where the schedule is a family' },
      ...COMPARE_FLAGS,
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
    },
    examples: [
      ['schedule-transfer experiments/search-6/best.json --model other/', 'a found schedule on another model'],
      ['schedule-transfer mine.npy --model folder/ --clips valid/', 'on your model and recordings'],
      ['schedule-transfer best-6 --clips valid/', "the demo's own on other clips"],
      ['schedule-transfer lmnt-6 --json', 'a preset on the demo model'],
    ],
    async run(args, positionals) {
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
    },
  },
  process.argv.slice(2),
);

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
