#!/usr/bin/env node
import { runCommand } from './command.ts';
import { SEARCH_FLAGS } from './search-flags.ts';
import { checkUsage } from './search-request.ts';
import { endWithWatcher, isStudyProcess, runStudyProcess } from './study-process.ts';

await runCommand(
  {
    name: 'schedule-search',
    synopsis: '[--iters N] [--jobs N] [options]',
    describe:
      'Finds the noise schedule with which a WaveGrad model sounds best in N steps, and writes a study, a CSV and a report.',
    flags: SEARCH_FLAGS,
    examples: [
      ['schedule-search --iters 6 --jobs 8', 'six steps for the demo model'],
      ['schedule-search --iters 4,6,8', 'three numbers of steps in one run, and quality over steps'],
      ['schedule-search --model a.pt --clips valid/', 'for your model and recordings'],
      ['schedule-search --iters 6 --watch', 'with the report in a browser while it runs'],
      ['schedule-search --strategy reference-grid --stride 99', "the reference's walk, every 99th candidate"],
      ['schedule-search --from karras lmnt-6.npy', 'from a family and a file, beside the presets'],
      ['schedule-search --queue redis://host', 'on the machines where schedule-worker runs with that --queue'],
      ['schedule-search --model folder/ --save-to-model', 'for a model folder that keeps what is found'],
    ],
    async run(args, positionals) {
      if (!isStudyProcess()) {
        checkUsage(args, positionals);
        return runStudyProcess((text) => {
          if (!args.quiet) process.stderr.write(`${text}\n`);
        });
      }
      endWithWatcher();
      // Not for --help: it loads all that a search needs.
      const { runScheduleSearch } = await import('./schedule-search-run.ts');
      return runScheduleSearch(args, positionals);
    },
  },
  process.argv.slice(2),
);
