#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeFront } from '../report/front/front-page.ts';
import { reportPathFor, writeReport } from '../report/report.ts';
import { readFront } from '../search/front.ts';
import { readStudy } from '../search/read-study.ts';
import { studiesByLength } from '../search/studies-by-length.ts';
import { studyPaths } from '../search/study.ts';
import { runCommand, UsageError } from './command.ts';

const flags = {
  out: { type: 'string', alias: 'o', describe: 'The HTML page to write [default: reports/<study>.html]' },
} as const;

await runCommand(
  {
    name: 'schedule-report',
    synopsis: 'STUDY [-o FILE]',
    describe:
      "Renders the study in a folder, finished or not, as one HTML page that needs no network; prints the page's path. Of a search of several numbers of steps: " +
      'a page of the best of each, and the reports in a folder beside it.',
    flags,
    examples: [
      ['schedule-report experiments/search-6', 'writes reports/search-6.html'],
      ['schedule-report experiments/search-4-12', 'quality over steps, and a report of each'],
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
      const isRun = !existsSync(studyPaths(study).settings) && (await studiesByLength(study)).length > 0;
      if (isRun) await writeFront(study, await readFront(study), report);
      else await writeReport(await readStudy(study), report);
      process.stdout.write(json ? `${JSON.stringify({ study, report }, null, 2)}\n` : `${report}\n`);
      return 0;
    },
  },
  process.argv.slice(2),
);
