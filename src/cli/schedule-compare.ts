#!/usr/bin/env node
import { InputError } from '../formats/input-error.ts';
import { DEMO } from '../model/demo.ts';
import { modelFiles } from '../model/model-files.ts';
import { parseFamily } from '../schedule/families.ts';
import { listModelSchedules } from '../schedule/model-schedules.ts';
import { baselines } from '../search/baselines.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';
import { COMPARE_FLAGS, compareCounts, planComparison, SAMPLER_FLAGS } from './compare-flags.ts';
import { comparisonJson, comparisonText, refuseAllFailed } from './compare-result.ts';
import { hearWithWorkers } from './compare-run.ts';
import { type Contender, contenderRemarks, contenders, distinct } from './compare-schedules.ts';
import { deviceArgument } from './device-argument.ts';
import { INTERRUPTED } from './interrupt.ts';

const DEFAULT_STEPS = 6;

await runCommand(
  {
    name: 'schedule-compare',
    synopsis: '[SCHEDULE...] [--model FOLDER] [--clips FOLDER] [options]',
    describe:
      'Says which of several noise schedules a WaveGrad model sounds best with, and whether that is more than noise: all are heard on ' +
      'the same clips with the same draws of noise, and compared pair by pair. A schedule is a family (karras, karras:1e-3:0.7), a preset, ' +
      "a file, a Python list, or a name of one of the model's own; they may differ in their numbers of steps. Without a schedule: every " +
      "preset of --iters steps, the Fibonacci one, and the model's own.\n\n" +
      'Columns: NFE is what the network was asked, where schedules with the same noisiest levels share; then the metric, and by how ' +
      'much it is worse than the best, each with its standard error over clips.',
    flags: {
      iters: {
        type: 'number',
        describe: 'Steps of families [default: those of the other schedules]; without a schedule, of all [default: 6]',
      },
      ...COMPARE_FLAGS,
      ...SAMPLER_FLAGS,
    },
    examples: [
      ['schedule-compare lmnt-6 fastdiff-6 karras', 'two presets and a family, for the demo model'],
      ['schedule-compare ivanvovk-6 ivanvovk-12', 'whether twelve steps are worth it'],
      ['schedule-compare --iters 6', 'everything of six steps'],
      ['schedule-compare best-6 mine.npy --model folder/ --clips valid/', 'for your model and recordings'],
      ["schedule-compare '[1e-6, 2e-5, 1e-3, 0.06]' fastdiff-4", 'betas of your own beside a preset'],
      ['schedule-compare --metric multi-resolution-stft', 'ranked by another metric'],
    ],
    async run(args, positionals) {
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
      process.stdout.write(
        json ? `${JSON.stringify(comparisonJson(comparison), null, 2)}\n` : comparisonText(comparison),
      );
      return 0;
    },
  },
  process.argv.slice(2),
);

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
