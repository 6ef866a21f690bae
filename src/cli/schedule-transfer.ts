#!/usr/bin/env node
import { runCommand } from './command.ts';
import { TRANSFER_FLAGS } from './compare-flags.ts';

await runCommand(
  {
    name: 'schedule-transfer',
    synopsis: 'SCHEDULE [--model FOLDER] [--clips FOLDER] [options]',
    describe:
      'Says whether a noise schedule that was found on one model or data set still holds on another: whether it is better than every ' +
      "published schedule of as many steps there, on the same clips with the same noise, and how it does beside the model's own. " +
      'What the file says of where it was found stands beside that. A schedule is named as schedule-compare has it; other clips of the ' +
      'same model are another data set.',
    flags: TRANSFER_FLAGS,
    examples: [
      ['schedule-transfer experiments/search-6/best.json --model other/', 'a found schedule on another model'],
      ['schedule-transfer mine.npy --model folder/ --clips valid/', 'on your model and recordings'],
      ['schedule-transfer best-6 --clips valid/', "the demo's own on other clips"],
      ['schedule-transfer lmnt-6 --json', 'a preset on the demo model'],
    ],
    async run(args, positionals) {
      // Not for --help: it loads all that a search needs.
      const { runScheduleTransfer } = await import('./schedule-transfer-run.ts');
      return runScheduleTransfer(args, positionals);
    },
  },
  process.argv.slice(2),
);
