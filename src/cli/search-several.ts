import { join, resolve } from 'node:path';
import { writeFront } from '../report/front/front-page.ts';
import { counted, duration, grouped } from '../report/numbers.ts';
import { reportPathFor } from '../report/report.ts';
import { readFront } from '../search/front.ts';
import { planClips, type SearchRequest } from '../search/plan.ts';
import { saveToModel } from '../search/save-to-model.ts';
import { defaultBudgets, plannedCosts, searchMany } from '../search/search-many.ts';
import { readSettings, unusedFolder } from '../search/study.ts';
import { wholeNumber } from './command.ts';
import { INTERRUPTED } from './interrupt.ts';
import type { SearchArguments } from './search-request.ts';
import { progressText, resumeCommand, withSession } from './search-session.ts';
import { frontAsJson, frontAsText } from './several-result.ts';
import { startRemarks, startsByLength } from './start-schedules.ts';

interface Several {
  /** In rising order. */
  readonly counts: readonly number[];
  readonly request: Omit<SearchRequest, 'steps' | 'from' | 'budget'>;
  readonly args: SearchArguments;
  /** That is asked for. */
  readonly study: string;
  readonly modelFolder: string;
  readonly jobs: number;
  readonly say: (text: string) => void;
}

/** Searches schedules of several numbers of steps in one run; gives the command's exit code. */
export async function searchSeveral({ counts, request, args, study, modelFolder, jobs, say }: Several) {
  const folder = resolve(args.fresh ? await unusedFolder(study) : study);
  const model = await planClips(request);
  const recorded = await Promise.all(counts.map((steps) => readSettings(join(folder, String(steps)))));
  const starts = await startsByLength(args.from ?? [], counts, {
    modelFolder,
    recorded: recorded.flatMap((settings) => settings?.from ?? []),
  });
  for (const remark of [...model.remarks, ...startRemarks([...starts.values()].flat(), model)]) say(remark);
  const budgets = budgetsOf(counts, request, args.budget);
  const requests = counts.map((steps, i) => {
    return { ...request, steps, budget: budgets[i]!, from: starts.get(steps)!.map(({ schedule }) => schedule) };
  });
  const planned = await plannedCosts(requests);
  const { quiet } = args;
  const found = await withSession({ model, jobs, quiet, say }, ({ pool, secondsPerNfe, progress, isCancelled }) => {
    const nfe = planned.reduce((sum, cost) => sum + cost, 0);
    say(
      `${request.strategy}: ${counted(counts.length, 'number')} of steps, ${counts.join(', ')}; at most ${grouped(nfe)} NFE with their verification, ` +
        `about ${duration(nfe * secondsPerNfe)}.`,
    );
    say(`Studies: ${folder}`);
    return searchMany({
      model,
      requests,
      planned,
      folder,
      resume: args.resume,
      pool,
      isCancelled,
      onProgress: (at) => {
        const text = `${counted(at.steps, 'step')}: ${progressText(at)}`;
        progress.update({ done: at.nfe, total: at.nfePlanned, text });
      },
    });
  });
  if (found === undefined) {
    say(`Stopped. To go on: ${resumeCommand(folder)}`);
    return INTERRUPTED;
  }
  say('Writing the reports.');
  const report = resolve(args.report ?? reportPathFor(folder, process.cwd()));
  const points = (await readFront(folder)).filter(({ study: { settings } }) => counts.includes(settings.steps));
  await writeFront(folder, points, report);
  const nfeMade = found.reduce((sum, { result }) => sum + result.nfeMade, 0);
  const front = { folder, points, report, nfeMade };
  process.stdout.write(args.json ? frontAsJson(front) : frontAsText(front));
  if (args['save-to-model']) {
    for (const { plan, result } of found) say((await saveToModel(modelFolder, plan.settings, result.outcome)).remark);
  }
  return 0;
}

/** What each search may spend, in NFE: its share of the budget, as they would share what they spend unless told otherwise. */
function budgetsOf(counts: readonly number[], request: Several['request'], wanted: number | undefined): number[] {
  const shares = defaultBudgets(counts, request);
  if (wanted === undefined) return shares;
  const fewest = counts.reduce((sum, steps) => sum + steps * request.replicates, 0);
  const budget = wholeNumber('budget', wanted, fewest);
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, i) => Math.max(counts[i]! * request.replicates, Math.floor((share * budget) / whole)));
}
