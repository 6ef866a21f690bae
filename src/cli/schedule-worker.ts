#!/usr/bin/env node
import { runCommand } from './command.ts';
import { WORKER_FLAGS } from './worker-flags.ts';

await runCommand(
  {
    name: 'schedule-worker',
    synopsis: '--queue redis://HOST [--jobs N] [options]',
    describe:
      'Scores schedules for searches that run on other machines with the same --queue; the model and the recordings come from there.',
    flags: WORKER_FLAGS,
    examples: [
      ['schedule-worker --queue redis://host --jobs 8', 'until Ctrl-C, for one search after another'],
      ['schedule-worker --queue rediss://user@host:6380 --prefix night', 'by TLS, for the searches of one prefix'],
      ['schedule-worker --queue redis://host --once', 'ends with the first search'],
    ],
    async run(args, positionals) {
      // Not for --help: it loads all that a worker needs.
      const { runScheduleWorker } = await import('./schedule-worker-run.ts');
      return runScheduleWorker(args, positionals);
    },
  },
  process.argv.slice(2),
);
