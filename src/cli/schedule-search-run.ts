import { join, parse, resolve } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { timeNow } from '../formats/time-now.ts';
import { writeFault } from '../formats/write-fault.ts';
import { DEMO } from '../model/demo.ts';
import { modelFiles } from '../model/model-files.ts';
import { counted, duration } from '../report/numbers.ts';
import { reportPathFor, writeReport } from '../report/report.ts';
import { planSearch, type SearchPlan } from '../search/plan.ts';
import type { Progress } from '../search/progress.ts';
import { readStudy } from '../search/read-study.ts';
import { checkSavable, saveToModel } from '../search/save-to-model.ts';
import { search, trialsNfe } from '../search/search.ts';
import { studiesByLength } from '../search/studies-by-length.ts';
import { finishedBefore, firstSettings, openStudy, readSettings, type Study, type StudyMode } from '../search/study.ts';
import { verificationCost } from '../search/verification.ts';
import { type CommandArguments, wholeNumber } from './command.ts';
import { deviceArgument } from './device-argument.ts';
import { halfDifferenceOf } from './half-remark.ts';
import { INTERRUPTED } from './interrupt.ts';
import { type QueueChoice, queueChoice } from './queue-flags.ts';
import type { SEARCH_FLAGS } from './search-flags.ts';
import { checkUsage } from './search-request.ts';
import { asJson, asText, type Found } from './search-result.ts';
import { progressText, resumeCommand, withSession } from './search-session.ts';
import { searchSeveral } from './search-several.ts';
import { startRemarks, startSchedules } from './start-schedules.ts';
import { labelOf } from './step-counts.ts';
import { tellFolder } from './study-process.ts';
import { watched } from './watched.ts';

/** What `schedule-search` does; gives the exit code. */
export async function runScheduleSearch(
  args: CommandArguments<typeof SEARCH_FLAGS>,
  positionals: readonly string[],
): Promise<number> {
  const { counts, request: wanted } = checkUsage(args, positionals);
  const [steps, ...more] = counts as [number, ...number[]];
  const say = (text: string) => {
    if (!args.quiet) process.stderr.write(`${text}\n`);
  };
  const queue = args.queue === undefined ? undefined : queueChoice(args.queue, args.prefix);
  const model = await modelFiles(args.model ?? DEMO);
  const folder = args.study ?? join('experiments', studyName(labelOf([steps, ...more]), args.model));
  if (args['save-to-model']) await checkSavable(model.folder);
  const made = args.fresh ? undefined : await firstSettings([folder, join(folder, String(steps))]);
  const { jobs, ...device } = await deviceArgument(args, say, made);
  const request = { ...wanted, ...device };
  if (more.length > 0)
    return searchSeveral({
      counts: [steps, ...more],
      request,
      args,
      study: folder,
      queue,
      jobs,
      say,
      modelFolder: model.folder,
    });
  if (!args.fresh && (await studiesByLength(folder)).length > 0) {
    throw new InputError(`${folder}: these are the studies of several numbers of steps; name another --study for one`);
  }
  const recorded = args.fresh ? undefined : (await readSettings(folder))?.from;
  const starts = await startSchedules(args.from ?? [], { steps, modelFolder: model.folder, recorded });
  const { budget } = args;
  const plan = await planSearch({
    ...request,
    steps,
    from: starts.map(({ schedule }) => schedule),
    budget: budget === undefined ? undefined : wholeNumber('budget', budget, steps * request.replicates),
  });
  for (const remark of [...plan.remarks, ...startRemarks(starts, plan)]) say(remark);
  const mode = { resume: args.resume, fresh: args.fresh };
  const earlier = await finishedBefore(folder, plan.settings, mode);
  if (earlier !== undefined) {
    say(`This study is finished: ${folder}. A larger --budget goes on with it, --fresh begins another.`);
  }
  const found =
    earlier === undefined
      ? await runSearch({ plan, folder, mode, queue, jobs, say, args })
      : { outcome: earlier, folder: resolve(folder), nfeMade: 0 };
  if (found === undefined) return INTERRUPTED;
  const reportPath = resolve(args.report ?? reportPathFor(found.folder, process.cwd()));
  const study = await readStudy(found.folder);
  await writeReport(study, reportPath).catch((error: unknown) => {
    throw writeFault(reportPath, error);
  });
  process.stdout.write(args.json ? asJson(found, study, reportPath) : asText(found, study, plan.trained, reportPath));
  if (args['save-to-model']) {
    // A study of an earlier version may not say the model's front end, which is the same.
    const settings = { ...study.settings, data: plan.settings.data };
    say((await saveToModel(model.folder, settings, found.outcome)).remark);
  }
  return 0;
}

interface Run {
  readonly plan: SearchPlan;
  readonly folder: string;
  readonly mode: StudyMode;
  readonly queue?: QueueChoice;
  readonly jobs?: number;
  readonly say: (text: string) => void;
  readonly args: CommandArguments<typeof SEARCH_FLAGS>;
}

/** A study of its own for each model: the demo's has no name but the number of steps. */
function studyName(iters: string, model: string | undefined): string {
  const name = `search-${iters}`;
  return model === undefined ? name : `${name}-${parse(resolve(model)).name.replaceAll(/[^\w.-]+/g, '-')}`;
}

/** Undefined where the search was interrupted. */
async function runSearch({ plan, folder, mode, queue, jobs, say, args }: Run): Promise<Found | undefined> {
  // Workers come before the study, so that a model that cannot be loaded leaves none behind.
  const { quiet } = args;
  return withSession(
    { model: plan, queue, jobs, quiet, say },
    async ({ pool, secondsPerNfe, progress, isCancelled }) => {
      const halfDifference = await halfDifferenceOf(plan, { pool, say, recorded: mode.fresh ? [] : [folder] });
      const study = await openStudy(folder, { ...plan.settings, ...halfDifference }, mode, timeNow());
      tellFolder(study.folder);
      announce(plan, study, secondsPerNfe, say);
      const { strategy, baselines } = plan;
      const recordings = plan.worker.clips.heldout;
      const result = await watched({ isWanted: args.watch, folder: () => study.folder, say }, (changed) => {
        const onProgress = (at: Progress) => {
          progress.update({ done: at.nfe, total: at.nfePlanned, text: progressText(at) });
          changed();
        };
        return search({ study, strategy, baselines, pool, recordings, onProgress, isCancelled });
      });
      progress.stop();
      if (result === undefined) {
        say(`Stopped. To go on: ${resumeCommand(study.folder)}`);
        return undefined;
      }
      say('Writing the report.');
      return { ...result, folder: study.folder };
    },
  );
}

function announce(
  { settings, strategy, baselines }: SearchPlan,
  study: Study,
  secondsPerNfe: number,
  say: (text: string) => void,
) {
  const { steps, replicates, scoringClips, clipSamples, sampleRate } = settings;
  const verification = verificationCost({ steps, replicates, baselines: baselines.length });
  const nfe = trialsNfe(settings, strategy);
  const planned = Math.floor(nfe / (steps * replicates));
  const seconds = (nfe + verification) * secondsPerNfe;
  const clips = `${counted(scoringClips.length, 'clip')} of ${(clipSamples / sampleRate).toFixed(2)} s`;
  say(
    `${settings.strategy}: ${nfe} NFE on ${clips}, ${counted(planned, 'trial')} of ${counted(steps, 'step')} or more where they share levels or lose early, and at most ${verification} NFE ` +
      `to verify on ${counted(settings.heldoutClips.length, 'held-out clip')}; about ${duration(seconds)}.`,
  );
  say(`Study: ${study.folder}`);
  const starts = settings.from?.length ?? 0;
  if (strategy.length !== undefined && strategy.length > planned && planned > starts) {
    const stride = settings.stride * Math.ceil((strategy.length - starts) / (planned - starts));
    say(
      `The budget ends after ${planned} of ${strategy.length} candidates; --stride ${stride} would spread it over all of them.`,
    );
  }
  const done = study.done.evaluations.count;
  if (done > 0) say(`Going on: ${done} evaluations are done already.`);
}
