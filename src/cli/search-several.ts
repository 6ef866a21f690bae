import { join, resolve } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { writeFault } from '../formats/write-fault.ts';
import { writeFront } from '../report/front/front-page.ts';
import { counted, duration, grouped } from '../report/numbers.ts';
import { reportPathFor } from '../report/report.ts';
import { readFront } from '../search/front.ts';
import { readOutcome } from '../search/outcome.ts';
import { planClips, planOn, type SearchRequest } from '../search/plan.ts';
import type { ModelPlan } from '../search/plan-model.ts';
import type { Progress } from '../search/progress.ts';
import { saveToModel } from '../search/save-to-model.ts';
import { defaultBudgets, finishedMany, type OneOfMany, plannedCosts, searchMany } from '../search/search-many.ts';
import { readSettings, studyPaths, unusedFolder } from '../search/study.ts';
import { wholeNumber } from './command.ts';
import { halfDifferenceOf } from './half-remark.ts';
import { INTERRUPTED } from './interrupt.ts';
import type { QueueChoice } from './queue-flags.ts';
import type { SearchArguments } from './search-request.ts';
import { progressText, resumeCommand, withSession } from './search-session.ts';
import { frontAsJson, frontAsText } from './several-result.ts';
import { startRemarks, startsByLength } from './start-schedules.ts';
import { tellFolder } from './study-process.ts';
import { watched } from './watched.ts';

interface Several {
  /** In rising order. */
  readonly counts: readonly number[];
  readonly request: Omit<SearchRequest, 'steps' | 'from' | 'budget'>;
  readonly args: SearchArguments;
  /** That is asked for. */
  readonly study: string;
  readonly modelFolder: string;
  readonly queue?: QueueChoice;
  readonly jobs?: number;
  readonly say: (text: string) => void;
}

/** Searches schedules of several numbers of steps in one run; gives the command's exit code. */
export async function searchSeveral({ counts, request, args, study, modelFolder, queue, jobs, say }: Several) {
  const folder = resolve(args.fresh ? await unusedFolder(study) : study);
  if ((await readSettings(folder)) !== undefined) {
    throw new InputError(`${folder}: this is the study of one number of steps; name another --study for several`);
  }
  const budgets = budgetsOf(counts, request, args.budget);
  const model = await planClips(request);
  const recorded = await Promise.all(counts.map((steps) => readSettings(join(folder, String(steps)))));
  const starts = await startsByLength(args.from ?? [], counts, {
    modelFolder,
    recorded: recorded.flatMap((settings) => settings?.from ?? []),
  });
  for (const remark of [...model.remarks, ...startRemarks([...starts.values()].flat(), model)]) say(remark);
  const earlier = await Promise.all(counts.map((steps) => readOutcome(studyPaths(join(folder, String(steps))).best)));
  const requests = counts.map((steps, i) => {
    // What a larger budget has found stays.
    const budget = Math.max(budgets[i]!, earlier[i]?.budget ?? 0);
    return { ...request, steps, budget, from: starts.get(steps)!.map(({ schedule }) => schedule) };
  });
  const finished = await finishedMany({ model, requests, folder });
  if (finished !== undefined) {
    say(`These studies are finished: ${folder}. A larger --budget goes on with them, --fresh begins others.`);
  }
  const found = finished ?? (await runSearches({ model, requests, folder, args, queue, jobs, say }));
  if (found === undefined) {
    say(`Stopped. To go on: ${resumeCommand(folder)}`);
    return INTERRUPTED;
  }
  const nfeMade = found.reduce((sum, { result }) => sum + result.nfeMade, 0);
  say('Writing the reports.');
  const report = resolve(args.report ?? reportPathFor(folder, process.cwd()));
  const front = await readFront(folder, counts);
  await writeFront(folder, front, report).catch((error: unknown) => {
    throw writeFault(report, error);
  });
  const several = { folder, points: front.points, report, nfeMade };
  process.stdout.write(args.json ? frontAsJson(several) : frontAsText(several, found[0]!.plan.trained));
  if (args['save-to-model']) {
    for (const { plan, result } of found) say((await saveToModel(modelFolder, plan.settings, result.outcome)).remark);
  }
  return 0;
}

interface Run extends Pick<Several, 'args' | 'queue' | 'jobs' | 'say'> {
  readonly model: ModelPlan;
  readonly requests: Parameters<typeof searchMany>[0]['requests'];
  readonly folder: string;
}

/** Undefined where it was interrupted. */
async function runSearches({
  model,
  requests,
  folder,
  args,
  queue,
  jobs,
  say,
}: Run): Promise<readonly OneOfMany[] | undefined> {
  const { quiet, resume } = args;
  const planned = await plannedCosts(model, requests);
  return withSession({ model, queue, jobs, quiet, say }, async ({ pool, secondsPerNfe, progress, isCancelled }) => {
    const folders = requests.map(({ steps }) => join(folder, String(steps)));
    const [first] = requests;
    const halfDifference = await halfDifferenceOf(await planOn(model, first!), { pool, say, recorded: folders });
    const nfe = planned.reduce((sum, cost) => sum + cost, 0);
    const counts = requests.map(({ steps }) => steps);
    say(
      `${requests[0]!.strategy}: ${counted(counts.length, 'number')} of steps, ${counts.join(', ')}; at most ${grouped(nfe)} NFE with their verification, ` +
        `about ${duration(nfe * secondsPerNfe)}.`,
    );
    say(`Studies: ${folder}`);
    tellFolder(folder);
    let inHand = folders[0]!;
    const recording = { ...model, settings: { ...model.settings, ...halfDifference } };
    return watched({ isWanted: args.watch, folder: () => inHand, say }, (changed) => {
      const onProgress = (at: Progress & { readonly steps: number }) => {
        const text = `${counted(at.steps, 'step')}: ${progressText(at)}`;
        progress.update({ done: at.nfe, total: at.nfePlanned, text });
        inHand = join(folder, String(at.steps));
        changed();
      };
      return searchMany({ model: recording, requests, planned, folder, resume, pool, isCancelled, onProgress });
    });
  });
}

/** What each search may spend, in NFE: one trial, and of the rest of the budget as large a part as it has where nothing is said. */
function budgetsOf(counts: readonly number[], request: Several['request'], wanted: number | undefined): number[] {
  const shares = defaultBudgets(counts, request);
  if (wanted === undefined) return shares;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const least = counts.map((steps) => steps * request.replicates);
  const budget = wholeNumber('budget', wanted, sum(least));
  const part = (budget - sum(least)) / (sum(shares) - sum(least));
  return shares.map((share, i) => least[i]! + Math.floor((share - least[i]!) * part));
}
