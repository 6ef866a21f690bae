#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import { join, parse, resolve } from 'node:path';
import { DEMO } from '../model/demo.ts';
import { modelFiles } from '../model/model-files.ts';
import { counted, duration, grouped } from '../report/numbers.ts';
import { reportPathFor, writeReport } from '../report/report.ts';
import { readOutcome } from '../search/outcome.ts';
import { createSearchPool, planSearch, type SearchPlan, warmUp } from '../search/plan.ts';
import type { Progress } from '../search/progress.ts';
import { readStudy } from '../search/read-study.ts';
import { checkSavable, saveToModel } from '../search/save-to-model.ts';
import { search, trialsNfe } from '../search/search.ts';
import { findStudy, openStudy, readSettings, type Study, type StudyMode, studyPaths } from '../search/study.ts';
import { verificationCost } from '../search/verification.ts';
import { packageVersion, runCommand, UsageError, wholeNumber } from './command.ts';
import { INTERRUPTED, onInterrupt } from './interrupt.ts';
import { createProgressLine } from './progress.ts';
import { quoted } from './quoted.ts';
import { SEARCH_FLAGS } from './search-flags.ts';
import { asJson, asText, type Found } from './search-result.ts';
import { startRemarks, startSchedules } from './start-schedules.ts';
import { threadsFor } from './threads.ts';

const MOST_STEPS = 1000;

await runCommand(
  {
    name: 'schedule-search',
    synopsis: '[--iters N] [--jobs N] [options]',
    describe:
      'Finds the noise schedule with which a WaveGrad model sounds best in N steps, and writes a study, a CSV and a report.',
    flags: SEARCH_FLAGS,
    examples: [
      ['schedule-search --iters 6 --jobs 8', 'six steps for the demo model'],
      ['schedule-search --model a.pt --clips valid/', 'for your model and recordings'],
      ['schedule-search --strategy reference-grid --stride 99', "the reference's walk, every 99th candidate"],
      ['schedule-search --from karras lmnt-6.npy', 'from a family and a file, beside the presets'],
      ['schedule-search --model folder/ --save-to-model', 'for a model folder that keeps what is found'],
    ],
    async run(args, positionals) {
      if (positionals.length > 0)
        throw new UsageError(`no argument was expected beside the options, got ${positionals[0]}`);
      const steps = wholeNumber('iters', args.iters, 1);
      if (steps > MOST_STEPS) throw new UsageError(`--iters must be at most ${MOST_STEPS}, got ${steps}`);
      const replicates = wholeNumber('replicates', args.replicates, 1);
      const jobs = wholeNumber('jobs', args.jobs ?? availableParallelism(), 1);
      if (args.resume && args.fresh) throw new UsageError('--resume and --fresh exclude each other');
      if (!(args['clip-seconds'] > 0))
        throw new UsageError(`--clip-seconds must be above 0, got ${args['clip-seconds']}`);
      const range = args.range as [number, number] | undefined;
      if (range !== undefined && !(range[0] < range[1])) {
        throw new UsageError(`--range must be two rising numbers, got ${range.join(' ')}`);
      }
      const say = (text: string) => {
        if (!args.quiet) process.stderr.write(`${text}\n`);
      };
      const model = await modelFiles(args.model ?? DEMO);
      const folder = args.study ?? join('experiments', studyName(steps, args.model));
      const recorded = args.fresh ? undefined : (await readSettings(folder))?.from;
      const starts = await startSchedules(args.from ?? [], { steps, modelFolder: model.folder, recorded });
      if (args['save-to-model']) await checkSavable(model.folder);
      const plan = await planSearch({
        steps,
        model: args.model,
        config: args.config,
        clips: args.clips,
        heldout: args.heldout,
        clipSeconds: args['clip-seconds'],
        clipCount: wholeNumber('clip-count', args['clip-count'], 1),
        strategy: args.strategy,
        from: starts.map(({ schedule }) => schedule),
        budget: args.budget === undefined ? undefined : wholeNumber('budget', args.budget, steps * replicates),
        range,
        stride: wholeNumber('stride', args.stride, 1),
        values: args.values === undefined ? undefined : wholeNumber('values', args.values, 1),
        replicates,
        // Presets are there to be looked at, each of them.
        race: args.race && args.strategy !== 'presets',
        metric: args.metric,
        clamp: args.clamp,
        precision: args.precision,
        seed: wholeNumber('seed', args.seed, 0),
        device: args.device,
        version: packageVersion(),
      });
      for (const remark of [...plan.remarks, ...startRemarks(starts, plan)]) say(remark);
      const mode = { resume: args.resume, fresh: args.fresh };
      const known = await findStudy(folder, plan.settings, mode);
      const best = known === undefined ? undefined : await readOutcome(studyPaths(folder).best);
      const earlier = best !== undefined && best.budget >= plan.settings.budget ? best : undefined;
      if (earlier !== undefined) {
        say(`This study is finished: ${folder}. A larger --budget goes on with it, --fresh begins another.`);
      }
      const found =
        earlier === undefined
          ? await runSearch({ plan, folder, mode, jobs, say, quiet: args.quiet })
          : { outcome: earlier, folder: resolve(folder), nfeMade: 0 };
      if (found === undefined) return INTERRUPTED;
      const reportPath = resolve(args.report ?? reportPathFor(found.folder, process.cwd()));
      const study = await readStudy(found.folder);
      await writeReport(study, reportPath);
      process.stdout.write(
        args.json ? asJson(found, study, reportPath) : asText(found, study, plan.trained, reportPath),
      );
      if (args['save-to-model']) {
        // A study of an earlier version may not say the model's front end, which is the same.
        const settings = { ...study.settings, data: plan.settings.data };
        say((await saveToModel(model.folder, settings, found.outcome)).remark);
      }
      return 0;
    },
  },
  process.argv.slice(2),
);

interface Run {
  readonly plan: SearchPlan;
  readonly folder: string;
  readonly mode: StudyMode;
  readonly jobs: number;
  readonly say: (text: string) => void;
  readonly quiet: boolean;
}

/** A study of its own for each model: the demo's has no name but the number of steps. */
function studyName(steps: number, model: string | undefined): string {
  if (model === undefined) return `search-${steps}`;
  const { name } = parse(resolve(model));
  return `search-${steps}-${name.replaceAll(/[^\w.-]+/g, '-')}`;
}

/** Undefined where the search was interrupted. */
async function runSearch({ plan, folder, mode, jobs, say, quiet }: Run): Promise<Found | undefined> {
  const pool = createSearchPool(plan, threadsFor(jobs, say));
  const interrupt = onInterrupt(() => {
    pool.cancel();
    say('\nStopping after the steps in hand; once more to stop at once. What is finished is saved.');
  });
  const progress = createProgressLine(quiet);
  try {
    // Before there is a study, so that a model that cannot be loaded leaves none behind.
    const secondsPerEvaluation = await warmUp(pool);
    const study = await openStudy(folder, plan.settings, mode, Date.now());
    announce(plan, study, secondsPerEvaluation / pool.workers, say);
    const onProgress = ({ phase, trials, nfe, nfePlanned, best }: Progress) => {
      const text = `${phase === 'search' ? `trial ${trials}` : phase}, ${grouped(nfe)} of ${grouped(nfePlanned)} NFE`;
      const bestText = best === undefined ? '' : `, best ${best.score.toFixed(4)} (${best.origin})`;
      progress.update({ done: nfe, total: nfePlanned, text: text + bestText });
    };
    const { strategy, baselines } = plan;
    const result = await search({
      study,
      strategy,
      baselines,
      pool,
      onProgress,
      isCancelled: () => interrupt.isWanted(),
    });
    progress.stop();
    if (result === undefined) {
      say(`Stopped. To go on: ${resumeCommand(study.folder)}`);
      return undefined;
    }
    say('Writing the report.');
    return { ...result, folder: study.folder };
  } finally {
    progress.stop();
    interrupt.off();
    await pool.close();
  }
}

/** This command again, for the study that it was about. */
function resumeCommand(folder: string): string {
  const args = process.argv.slice(2);
  const kept = args.filter((arg, i) => !/^--(study(=.*)?|fresh|resume)$/s.test(arg) && args[i - 1] !== '--study');
  const npx = process.env.npm_command === 'exec' ? 'npx ' : '';
  return `${npx}schedule-search ${[...kept, '--study', folder].map(quoted).join(' ')} --resume`;
}

function announce(
  { settings, strategy, baselines }: SearchPlan,
  study: Study,
  secondsPerNfe: number,
  say: (text: string) => void,
) {
  const { steps, replicates, scoringClips, clipSamples, sampleRate } = settings;
  const verification = verificationCost(steps, replicates, baselines.length);
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
  const done = study.done.evaluations.length;
  if (done > 0) say(`Going on: ${done} evaluations are done already.`);
}
