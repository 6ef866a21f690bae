#!/usr/bin/env node
import type { FolderLock } from '../formats/folder-lock.ts';
import { InputError } from '../formats/input-error.ts';
import { runCommand, UsageError } from './command.ts';
import { INTERRUPTED, onInterrupt } from './interrupt.ts';
import { createDisplay, SILENT_DISPLAY } from './train-display.ts';
import { TRAIN_FLAGS } from './train-flags.ts';
import type { TrainArguments } from './train-plan.ts';

/** Options that only one of the two ways to call it knows, and that have no default. */
const OF_INIT = ['out', 'size', 'sample-rate', 'hop', 'force'] as const;
const OF_TRAINING = ['steps', 'minutes', 'resample', 'from', 'fresh', 'jobs', 'threads', 'test-every'] as const;

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
      ['schedule-train -c config.json --steps 100000', 'to a number of steps, whether from nothing or going on'],
      ['schedule-train -c config.json --fresh --from model/', 'another run, from trained weights'],
    ],
    async run(args, positionals) {
      if (positionals.length > 0) {
        throw new UsageError(`no argument was expected beside the options, got ${positionals[0]}`);
      }
      const given = (names: readonly (keyof typeof TRAIN_FLAGS)[]) =>
        names.find((name) => args[name] !== undefined && args[name] !== false);
      if (args.init) {
        const idle = given(OF_TRAINING);
        if (idle !== undefined) throw new UsageError(`--${idle} has no effect with --init, which trains nothing`);
        const { initConfig } = await import('./train-init.ts');
        const { out = args.config ?? 'config.json', 'sample-rate': sampleRate } = args;
        const { stdin: input, stdout: output, stderr: messages } = process;
        await initConfig({ ...args, out, sampleRate }, { input, output, messages });
        return 0;
      }
      const stray = given(OF_INIT);
      if (stray !== undefined) throw new UsageError(`--${stray} goes with --init`);
      for (const name of ['minutes', 'checkpoint-minutes'] as const) {
        const value = args[name];
        if (value !== undefined && !(value > 0)) throw new UsageError(`--${name} must be above 0, got ${value}`);
      }
      return trainInFolder(args, { quiet: args.quiet, json: args.json });
    },
  },
  process.argv.slice(2),
);

/** Trains until the end, or Ctrl-C; gives the exit code. */
async function trainInFolder(
  args: TrainArguments,
  { quiet, json }: { quiet: boolean; json: boolean },
): Promise<number> {
  // Not for --help: they load the engine.
  const { planTraining } = await import('./train-plan.ts');
  const { TrainingFailed, train } = await import('../training/train.ts');
  const { lockRun } = await import('../training/run-folder.ts');
  const { announcement, progressHooks } = await import('./train-progress.ts');
  const { asJson, asText } = await import('./train-result.ts');

  const display = quiet ? SILENT_DISPLAY : createDisplay(process.stderr);
  const interrupt = onInterrupt(() => display.say('Stopping; once more to stop at once.'));
  const isCancelled = () => interrupt.isWanted();
  let lock: FolderLock | undefined;
  try {
    const plan = await planTraining(args, {
      say: (text) => display.say(text),
      isCancelled,
      onReading: (done, total) =>
        display.show({ share: done / total, parts: ['reading', `${done} of ${total} recordings`] }),
    });
    if (plan === undefined) {
      display.say('Stopped; nothing was written.');
      return INTERRUPTED;
    }
    lock = await lockRun(plan.folder);
    display.say(announcement(plan, args.device));
    const result = await train(plan, progressHooks(plan, display, isCancelled));
    display.clear();
    const { state, how } = result;
    if (how === 'finished-before') {
      const larger = state.step < plan.training.nEpoch * plan.stepsPerEpoch ? '--steps' : 'n_epoch';
      display.say(`This run is finished: ${plan.folder}. A larger ${larger} goes on with it, --fresh begins another.`);
    }
    const recordings = args.config === undefined ? undefined : (args.test ?? plan.training.testFilelistPath);
    process.stdout.write(json ? asJson(result, plan.folder) : asText(result, plan.folder, recordings, args.root));
    if (how !== 'interrupted') return 0;
    display.say(`Stopped after step ${state.step}; the same command goes on.`);
    return INTERRUPTED;
  } catch (error) {
    display.clear();
    if (error instanceof TrainingFailed) throw new InputError(error.message, { cause: error });
    throw error;
  } finally {
    interrupt.off();
    await lock?.release();
  }
}
