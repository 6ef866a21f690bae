#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { METRIC_NAMES } from '../audio/distances/index.ts';
import { PRECISIONS } from '../diffusion/process.ts';
import { DEVICES } from '../engine/onnxruntime/program.ts';
import { counted, duration } from '../report/numbers.ts';
import { reportPathFor, writeReport } from '../report/report.ts';
import { CLAMPS } from '../schedule/noise-schedule.ts';
import { readOutcome } from '../search/outcome.ts';
import { createSearchPool, planSearch, type SearchPlan, warmUp } from '../search/plan.ts';
import type { Progress } from '../search/progress.ts';
import { readStudy } from '../search/read-study.ts';
import { search, trialsNfe } from '../search/search.ts';
import { STRATEGIES, type StrategyName } from '../search/strategies/index.ts';
import { findStudy, openStudy, type Study, type StudyMode, studyPaths } from '../search/study.ts';
import { verificationCost } from '../search/verification.ts';
import { packageVersion, runCommand, UsageError, wholeNumber } from './command.ts';
import { createProgressLine } from './progress.ts';
import { asJson, asText, type Found } from './search-result.ts';

const INTERRUPTED = 130;
const MOST_STEPS = 1000;
/** A terminal's Ctrl-C may come twice, from the terminal and from npm, which passes it on. */
const SAME_SIGNAL_MS = 500;

const flags = {
  iters: { type: 'number', default: 6, describe: 'Steps of the schedule (N)' },
  jobs: { type: 'number', describe: 'Evaluations at once [default: the number of cores]' },
  model: { type: 'string', describe: 'Checkpoint, .pt or .safetensors [default: the demo model]' },
  config: { type: 'string', describe: 'Its config.json [default: beside the checkpoint]' },
  clips: {
    type: 'string',
    describe: 'Folder, filelist or file of recordings to score on [default: the demo clips]',
  },
  heldout: { type: 'string', describe: 'The same to verify on [default: others of --clips]' },
  strategy: {
    choices: Object.keys(STRATEGIES) as StrategyName[],
    default: 'random' as StrategyName,
    describe: 'How to search',
  },
  budget: {
    type: 'number',
    describe: 'Network evaluations (NFE, one takes all scoring clips) to spend on trials [default: 130 trials]',
  },
  range: {
    type: 'number',
    array: true,
    nargs: 2,
    describe: 'Ends of what is searched: of sigma (random, grid) or of beta (digit-grid, reference-grid)',
  },
  stride: { type: 'number', default: 1, describe: 'Every how many candidates of a grid to try' },
  values: {
    type: 'number',
    describe: 'Values of sigma at each step of --strategy grid [default: 3]',
  },
  'clip-seconds': {
    type: 'number',
    default: 1,
    describe: 'Length of each clip, from the middle of its file',
  },
  'clip-count': { type: 'number', default: 6, describe: 'Clips to score on, and to verify on' },
  replicates: { type: 'number', default: 1, describe: 'Noise draws a trial is scored with' },
  metric: {
    choices: METRIC_NAMES,
    default: METRIC_NAMES[0],
    describe: 'Distance to minimise',
  },
  clamp: { choices: CLAMPS, default: 'x0' as const, describe: 'What the sampler holds to [-1, 1]' },
  precision: {
    choices: PRECISIONS,
    default: 'float64' as const,
    describe: "Rounding of the sampler's constants",
  },
  seed: { type: 'number', default: 0, describe: 'Decides all noise and all proposals' },
  study: { type: 'string', describe: 'Folder of the study [default: experiments/search-N]' },
  report: { type: 'string', describe: 'The HTML page to write [default: reports/<study>.html]' },
  resume: {
    type: 'boolean',
    default: false,
    describe: 'Fail where there is no study to go on with, rather than begin one',
  },
  fresh: { type: 'boolean', default: false, describe: 'Begin another study beside the one that exists' },
  device: { choices: DEVICES, default: 'cpu' as const, describe: 'Where the network runs' },
} as const;

await runCommand(
  {
    name: 'schedule-search',
    synopsis: '[--iters N] [--jobs N] [options]',
    describe:
      'Finds the noise schedule with which a WaveGrad model sounds best in N steps, and writes a study, a CSV and a report.',
    flags,
    examples: [
      ['schedule-search --iters 6 --jobs 8', 'six steps for the demo model'],
      ['schedule-search --iters 6 --model checkpoint.pt --clips valid/', 'for your model and recordings'],
      [
        'schedule-search --iters 6 --strategy reference-grid --stride 100',
        "the reference's walk, every 100th candidate",
      ],
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
      const plan = await planSearch({
        steps,
        model: args.model,
        config: args.config,
        clips: args.clips,
        heldout: args.heldout,
        clipSeconds: args['clip-seconds'],
        clipCount: wholeNumber('clip-count', args['clip-count'], 1),
        strategy: args.strategy,
        budget: args.budget === undefined ? undefined : wholeNumber('budget', args.budget, steps * replicates),
        range,
        stride: wholeNumber('stride', args.stride, 1),
        values: args.values === undefined ? undefined : wholeNumber('values', args.values, 1),
        replicates,
        metric: args.metric,
        clamp: args.clamp,
        precision: args.precision,
        seed: wholeNumber('seed', args.seed, 0),
        device: args.device,
        version: packageVersion(),
      });
      const say = (text: string) => {
        if (!args.quiet) process.stderr.write(`${text}\n`);
      };
      const folder = args.study ?? join('experiments', `search-${steps}`);
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
      process.stdout.write(args.json ? asJson(found, study, reportPath) : asText(found, study, reportPath));
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

/** Undefined where the search was interrupted. */
async function runSearch({ plan, folder, mode, jobs, say, quiet }: Run): Promise<Found | undefined> {
  // More threads than cores would only share them out: each would take longer over its trial.
  const threads = Math.min(jobs, availableParallelism());
  if (threads < jobs) say(`${jobs} jobs were asked for; this machine runs ${threads} at once. The result is the same.`);
  const pool = createSearchPool(plan, threads);
  let cancelled = false;
  let cancelledAt = 0;
  const stop = () => {
    if (cancelled) {
      if (performance.now() - cancelledAt > SAME_SIGNAL_MS) process.kill(process.pid, 'SIGKILL');
      return;
    }
    cancelled = true;
    cancelledAt = performance.now();
    pool.cancel();
    say('\nStopping after the steps in hand; once more to stop at once. What is finished is saved.');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const progress = createProgressLine(quiet);
  try {
    // Before there is a study, so that a model that cannot be loaded leaves none behind.
    const secondsPerEvaluation = await warmUp(pool);
    const study = await openStudy(folder, plan.settings, mode, Date.now());
    announce(plan, study, secondsPerEvaluation / pool.workers, say);
    const onProgress = ({ phase, trials, nfe, nfePlanned, best }: Progress) => {
      const text = `${phase === 'search' ? `trial ${trials}` : phase}, ${nfe} of ${nfePlanned} NFE`;
      const bestText = best === undefined ? '' : `, best ${best.score.toFixed(4)} (${best.origin})`;
      progress.update({ done: nfe, total: nfePlanned, text: text + bestText });
    };
    const { strategy, baselines } = plan;
    const result = await search({ study, strategy, baselines, pool, onProgress, isCancelled: () => cancelled });
    progress.stop();
    if (result === undefined) {
      say(`Stopped. To go on: ${resumeCommand(study.folder)}`);
      return undefined;
    }
    say('Writing the report.');
    return { ...result, folder: study.folder };
  } finally {
    progress.stop();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await pool.close();
  }
}

/** This command again, for the study that it was about. */
function resumeCommand(folder: string): string {
  const args = process.argv.slice(2);
  const kept = args.filter((arg, i) => !/^--(study(=.*)?|fresh|resume)$/s.test(arg) && args[i - 1] !== '--study');
  const quoted = [...kept, '--study', folder].map((arg) =>
    /^[\w./:=,-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`,
  );
  const npx = process.env.npm_command === 'exec' ? 'npx ' : '';
  return `${npx}schedule-search ${quoted.join(' ')} --resume`;
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
  const planned = nfe / (steps * replicates);
  const seconds = (nfe + verification) * secondsPerNfe;
  const clips = `${counted(scoringClips.length, 'clip')} of ${(clipSamples / sampleRate).toFixed(2)} s`;
  say(
    `${settings.strategy}: up to ${counted(planned, 'trial')} of ${counted(steps, 'step')} on ${clips}, ${nfe} NFE, and at most ${verification} NFE ` +
      `to verify on ${counted(settings.heldoutClips.length, 'held-out clip')}; about ${duration(seconds)}.`,
  );
  say(`Study: ${study.folder}`);
  if (strategy.length !== undefined && strategy.length > planned) {
    const stride = settings.stride * Math.ceil(strategy.length / planned);
    say(
      `The budget ends after ${planned} of ${strategy.length} candidates; --stride ${stride} would spread it over all of them.`,
    );
  }
  const done = study.done.evaluations.length;
  if (done > 0) say(`Going on: ${done} evaluations are done already.`);
}
