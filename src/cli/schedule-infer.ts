#!/usr/bin/env node
import { counted } from '../report/numbers.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';
import { inferArguments } from './infer-arguments.ts';
import { INFER_FLAGS } from './infer-flags.ts';
import type { InferArguments } from './infer-plan.ts';
import { INTERRUPTED, onInterrupt } from './interrupt.ts';
import { createProgressLine } from './progress.ts';
import { quoted } from './quoted.ts';
import { threadsFor } from './threads.ts';

/** So many take a while to be read. */
const MANY_FILES = 50;

await runCommand(
  {
    name: 'schedule-infer',
    synopsis: '[-c CONFIG] [-ch CHECKPOINT] [-ns SCHEDULE] [-m MELS | --audio RECORDINGS] [options]',
    describe:
      'Makes speech of mels with a WaveGrad model, any noise schedule and the options of ivanvovk/WaveGrad: predicted_ID.wav beside each mel, ' +
      'where ID is what follows the last _ of its name. Mels of any length take bounded memory. Prints the files and the real-time factor (RTF), ' +
      'seconds a second of speech, as mean ± standard deviation. Without any option: the held-out clips of the demo, made again from their mels.',
    flags: INFER_FLAGS,
    examples: [
      ['schedule-infer', 'the demo, into predicted/'],
      [
        'schedule-infer -c config.json -ch checkpoint.pt -ns 6iters.pt -m mels.txt -v',
        "as the reference's inference.py",
      ],
      ['schedule-infer --model model/ -ns fastdiff-6 -m mels/ -o speech/ --float', 'a folder of mels, a preset'],
      ['schedule-infer --model model/ -ns best-6 --audio speech.wav --states', 'a recording again, with each step'],
      ["schedule-infer --model model/ -ns '[1e-4, 0.01, 0.3]' -m mel.npy --seed 1", 'betas of your own, other noise'],
    ],
    async run(args, positionals) {
      if (positionals.length > 0) {
        throw new UsageError(`no argument was expected beside the options, got ${positionals[0]}; mels go with -m`);
      }
      return infer(args, args.quiet, args.json);
    },
  },
  inferArguments(process.argv.slice(2)),
);

/** Makes what is asked for; gives the exit code. */
async function infer(args: InferArguments, quiet: boolean, json: boolean): Promise<number> {
  // Not for --help: they load the engine.
  const { planInference } = await import('./infer-plan.ts');
  const { whereToRun } = await import('./one-by-one.ts');
  const { runInference } = await import('./infer-run.ts');
  const { inferJson, inferText } = await import('./infer-result.ts');

  const say = (text: string) => {
    if (!quiet) process.stderr.write(`${text}\n`);
  };
  const jobs = args.jobs === undefined ? undefined : wholeNumber('jobs', args.jobs, 1);
  const interrupt = onInterrupt(() => say('\nStopping; once more to stop at once. What is written is kept.'));
  const isCancelled = () => interrupt.isWanted();
  const progress = createProgressLine(quiet);
  try {
    const plan = await planInference(args, {
      onChecked(done, total) {
        if (total >= MANY_FILES) progress.update({ done, total, text: `${done} of ${total} read and checked` });
      },
      isCancelled,
    });
    progress.stop();
    if (plan === undefined) {
      say('Stopped; nothing was written.');
      return INTERRUPTED;
    }
    for (const remark of plan.remarks) say(remark);
    const threads = threadsFor(jobs, args.engine, say);
    const { checkpointPath: model, configPath: config } = plan;
    const where = await whereToRun({ ...args, threads, model, config }, say);
    const { tasks, schedule, clamp, precision, report } = plan;
    const sampler = `${counted(schedule.length, 'step')}, clamp ${clamp}, ${precision}`;
    say(`${counted(tasks.length, 'file')} with ${schedule.name}: ${sampler}.`);
    const made = await runInference({
      plan,
      where,
      float: args.float,
      progress: createProgressLine(quiet),
      isCancelled,
    });
    const result = { plan, where, made };
    const wasStopped = made.length < tasks.length;
    if (report !== undefined && !wasStopped) {
      const { writeInferPage } = await import('./infer-page.ts');
      await writeInferPage(result, report, `schedule-infer ${process.argv.slice(2).map(quoted).join(' ')}`);
    }
    if (wasStopped) {
      say(`Stopped: ${made.length} of ${tasks.length} are written; the same command makes all of them again.`);
      return INTERRUPTED;
    }
    process.stdout.write(json ? `${JSON.stringify(inferJson(result), null, 2)}\n` : inferText(result));
    return 0;
  } finally {
    progress.stop();
    interrupt.off();
  }
}
