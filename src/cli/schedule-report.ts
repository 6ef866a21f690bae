#!/usr/bin/env node
import { resolve } from 'node:path';
import { reportPathFor, writeReport } from '../report/report.ts';
import { readStudy } from '../search/read-study.ts';
import { runCommand, UsageError } from './command.ts';

const flags = {
  out: { type: 'string', alias: 'o', describe: 'The HTML page to write [default: reports/<study>.html]' },
} as const;

await runCommand(
  {
    name: 'schedule-report',
    synopsis: 'STUDY [-o FILE]',
    describe:
      "Renders the study in a folder, finished or not, as one HTML page that needs no network; prints the page's path.",
    flags,
    examples: [
      ['schedule-report experiments/search-6', 'writes reports/search-6.html'],
      ['schedule-report experiments/search-6 -o paper/appendix.html', 'writes it elsewhere'],
    ],
    async run({ out, json }, positionals) {
      const [folder, ...rest] = positionals;
      if (folder === undefined || rest.length > 0) {
        throw new UsageError(`one argument, the folder of a study, was expected, got ${positionals.length}`);
      }
      if (out === '') throw new UsageError('--out must be the name of a file, got nothing');
      const study = resolve(folder);
      const report = resolve(out ?? reportPathFor(study, process.cwd()));
      await writeReport(await readStudy(study), report);
      process.stdout.write(json ? `${JSON.stringify({ study, report }, null, 2)}\n` : `${report}\n`);
      return 0;
    },
  },
  process.argv.slice(2),
);
