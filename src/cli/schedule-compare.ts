#!/usr/bin/env node
import { runCommand } from './command.ts';
import { COMPARE_FLAGS } from './compare-flags.ts';

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
    flags: COMPARE_FLAGS,
    examples: [
      ['schedule-compare lmnt-6 fastdiff-6 karras', 'two presets and a family, for the demo model'],
      ['schedule-compare ivanvovk-6 ivanvovk-12', 'whether twelve steps are worth it'],
      ['schedule-compare --iters 6', 'everything of six steps'],
      ['schedule-compare best-6 mine.npy --model folder/ --clips valid/', 'for your model and recordings'],
      ["schedule-compare '[1e-6, 2e-5, 1e-3, 0.06]' fastdiff-4", 'betas of your own beside a preset'],
      ['schedule-compare --metric multi-resolution-stft', 'ranked by another metric'],
    ],
    async run(args, positionals) {
      // Not for --help: it loads all that a search needs.
      const { runScheduleCompare } = await import('./schedule-compare-run.ts');
      return runScheduleCompare(args, positionals);
    },
  },
  process.argv.slice(2),
);
