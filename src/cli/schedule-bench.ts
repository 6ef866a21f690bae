#!/usr/bin/env node
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { InferredOptionTypes, Options } from 'yargs';
import { DEMO } from '../model/demo.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';
import { ENGINE_FLAGS } from './engine-flags.ts';
import { INTERRUPTED, onInterrupt } from './interrupt.ts';
import { createProgressLine } from './progress.ts';
import { quoted } from './quoted.ts';
import { stepCounts } from './step-counts.ts';

const FLAGS = {
  iters: { type: 'string', default: '6,7,12,25,50,100,1000', describe: 'Numbers of steps' },
  model: {
    type: 'string',
    describe:
      "Checkpoint, .pt or .safetensors, or the folder of a model [default: the reference's size with random weights; the demo with --listen]",
  },
  config: { type: 'string', describe: 'Its config.json [default: beside the checkpoint]' },
  audio: {
    type: 'string',
    describe: 'The recording whose mel a given model makes speech of [default: one of the demo]',
  },
  seconds: {
    type: 'number',
    describe: 'Length of the speech, from the start of the recording [default: all of it; 2 with random weights]',
  },
  runs: { type: 'number', default: 3, describe: 'Syntheses for each number of steps, as far as --limit allows' },
  limit: {
    type: 'number',
    default: 60,
    describe: 'Seconds for each number of steps; a synthesis that takes longer is extrapolated from its first steps',
  },
  listen: { type: 'string', describe: 'Write a page with the same sentence at each number of steps, all made whole' },
  threads: { type: 'number', describe: 'Threads of the CPU [default: the number of cores]' },
  ...ENGINE_FLAGS,
} as const satisfies Record<string, Options>;

type BenchArguments = InferredOptionTypes<typeof FLAGS>;

await runCommand(
  {
    name: 'schedule-bench',
    synopsis: '[--model MODEL] [options]',
    describe:
      'Says how fast speech is made on this machine at each number of steps: seconds and the real-time factor (RTF), as Markdown, with threads, device, ' +
      'parameters and memory. What is extrapolated says so.',
    flags: FLAGS,
    examples: [
      ['schedule-bench', "the reference's size with random weights"],
      ['schedule-bench --model model/ --iters 4-12 --threads 1', 'your model on one thread'],
      ['schedule-bench --device auto --json', 'on the fastest device'],
      ['schedule-bench --iters 6,12,25 --listen listen.html', 'the demo, to be heard'],
    ],
    async run(args, positionals) {
      if (positionals.length > 0) {
        throw new UsageError(`no argument was expected beside the options, got ${positionals[0]}`);
      }
      for (const name of ['seconds', 'limit'] as const) {
        const value = args[name];
        if (value !== undefined && !(value > 0)) throw new UsageError(`--${name} must be above 0, got ${value}`);
      }
      const isRandom = args.model === undefined && args.listen === undefined;
      if (isRandom && args.config !== undefined) throw new UsageError('--config goes with --model');
      if (isRandom && args.audio !== undefined) throw new UsageError('--audio goes with --model or --listen');
      if (!isRandom) return bench(args, args.model ?? DEMO, { isRandom, quiet: args.quiet, json: args.json });
      const { writeRandomModel } = await import('./random-model.ts');
      const folder = await writeRandomModel();
      const remove = () => rmSync(folder, { recursive: true, force: true });
      process.once('exit', remove);
      return bench(args, folder, { isRandom, quiet: args.quiet, json: args.json });
    },
  },
  process.argv.slice(2),
);

/** Those that are asked for, or one for each core; TensorFlow.js decides by itself. */
function threadsOf({ threads = availableParallelism(), engine }: BenchArguments): number {
  return engine === 'tensorflow' ? 1 : wholeNumber('threads', threads, 1);
}

interface Shown {
  readonly isRandom: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Measures a model; gives the exit code. */
async function bench(args: BenchArguments, model: string, { isRandom, quiet, json }: Shown): Promise<number> {
  // Not for --help: they load the engine.
  const { benchSubject } = await import('./bench-subject.ts');
  const { whereToRun } = await import('./one-by-one.ts');
  const { startEngine } = await import('../model/start-engine.ts');
  const { openVocoder } = await import('../inference/vocoder.ts');
  const { measure } = await import('./bench-run.ts');
  const { benchJson, benchText } = await import('./bench-result.ts');
  const { parameterCount } = await import('../training/parameters.ts');

  const say = (text: string) => {
    if (!quiet) process.stderr.write(`${text}\n`);
  };
  const { config, audio, seconds, limit, listen } = args;
  const steps = stepCounts(args.iters);
  const runs = wholeNumber('runs', args.runs, 1);
  const threads = threadsOf(args);
  const { version } = await startEngine(args.engine);
  const subject = await benchSubject({ model, isRandom, config, audio, seconds, steps });
  const { checkpointPath, configPath } = subject;
  const where = await whereToRun({ ...args, threads, model: checkpointPath, config: configPath }, say);
  const vocoder = await openVocoder(checkpointPath, configPath, where);
  const interrupt = onInterrupt(() => say('\nStopping; once more to stop at once.'));
  const progress = createProgressLine(quiet);
  try {
    const measured = await measure({
      vocoder,
      mels: subject.mels,
      schedules: subject.schedules,
      runs,
      limitSeconds: limit,
      isWhole: listen !== undefined,
      seed: 0,
      progress,
      isCancelled: () => interrupt.isWanted(),
    });
    progress.stop();
    if (measured === undefined) {
      say('Stopped before the first number of steps was measured.');
      return INTERRUPTED;
    }
    const peakMemory = process.resourceUsage().maxRSS / 1024;
    const result = {
      subject,
      measured,
      where,
      engine: version,
      parameterCount: parameterCount(subject.config),
      peakMemory,
    };
    if (listen !== undefined) {
      const { writeBenchPage } = await import('./bench-page.ts');
      await writeBenchPage(result, listen, `schedule-bench ${process.argv.slice(2).map(quoted).join(' ')}`);
    }
    process.stdout.write(json ? `${JSON.stringify(benchJson(result), null, 2)}\n` : benchText(result));
    return interrupt.isWanted() ? INTERRUPTED : 0;
  } finally {
    progress.stop();
    interrupt.off();
    await vocoder.dispose();
  }
}
