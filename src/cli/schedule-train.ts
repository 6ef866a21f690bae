#!/usr/bin/env node
import { InputError } from '../formats/input-error.ts';
import { TrainingFailed, train } from '../training/train.ts';
import { runCommand, UsageError } from './command.ts';
import { onInterrupt } from './interrupt.ts';
import { createProgressLine } from './progress.ts';
import { TRAIN_FLAGS } from './train-flags.ts';
import { initConfig } from './train-init.ts';
import { planTraining } from './train-plan.ts';
import { announcement, progressHooks } from './train-progress.ts';
import { asJson, asText } from './train-result.ts';

const INTERRUPTED = 130;

await runCommand(
  {
    name: 'schedule-train',
    synopsis: '[-c CONFIG] [options]',
    describe:
      'Trains a WaveGrad model on recordings of speech. Its folder gets checkpoints that every other command takes, event files for ' +
      'TensorBoard, and training.csv. The same command goes on with a run that was stopped, whatever stopped it. Without a config it ' +
      'trains the network of the demo on the clips of the demo.',
    flags: TRAIN_FLAGS,
    examples: [
      ['schedule-train --minutes 2', 'the demo, from nothing'],
      ['schedule-train --init --size small -o config.json', 'a config to begin with'],
      ['schedule-train -c config.json', "until the config's n_epoch, or Ctrl-C"],
      ['schedule-train -c config.json --steps 100000', 'to a number of steps'],
      ['schedule-train -c config.json --from model/', 'from trained weights'],
    ],
    async run(args, positionals) {
      if (positionals.length > 0) {
        throw new UsageError(`no argument was expected beside the options, got ${positionals[0]}`);
      }
      if (args.init) {
        const { out = args.config ?? 'config.json', 'sample-rate': sampleRate } = args;
        const { stdin: input, stdout: output, stderr: messages } = process;
        await initConfig({ ...args, out, sampleRate }, { input, output, messages });
        return 0;
      }
      const stray = (['out', 'size', 'sample-rate', 'hop'] as const).find((name) => args[name] !== undefined);
      if (stray !== undefined) throw new UsageError(`--${stray} goes with --init`);
      for (const name of ['minutes', 'checkpoint-minutes'] as const) {
        const value = args[name];
        if (value !== undefined && !(value > 0)) throw new UsageError(`--${name} must be above 0, got ${value}`);
      }
      const say = (text: string) => {
        if (!args.quiet) process.stderr.write(`${text}\n`);
      };
      const interrupt = onInterrupt(
        say,
        'Stopping after this step; once more to stop at once. A checkpoint is written.',
      );
      const isCancelled = () => interrupt.isWanted();
      const progress = createProgressLine(args.quiet);
      try {
        const plan = await planTraining(args, {
          say,
          isCancelled,
          onReading: (done, total) => progress.update({ done, total, text: `reading ${done} of ${total} recordings` }),
        });
        progress.stop();
        if (plan === undefined) return INTERRUPTED;
        say(announcement(plan, args.device));
        const result = await train(plan, progressHooks(plan, { progress, say, isCancelled }));
        progress.stop();
        process.stdout.write(args.json ? asJson(result, plan.folder) : asText(result, plan.folder));
        if (result.how === 'finished') return 0;
        say('Stopped. The same command goes on.');
        return INTERRUPTED;
      } catch (error) {
        if (error instanceof TrainingFailed) throw new InputError(error.message, { cause: error });
        throw error;
      } finally {
        progress.stop();
        interrupt.off();
      }
    },
  },
  process.argv.slice(2),
);
