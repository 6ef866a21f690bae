#!/usr/bin/env node
import type { Options } from 'yargs';
import { PRECISIONS } from '../diffusion/process.ts';
import { REFERENCE_TRAINING } from '../schedule/diagnostics.ts';
import { listPresets } from '../schedule/file.ts';
import { CLAMPS } from '../schedule/noise-schedule.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';
import { listedModel } from './listed-model.ts';
import { allSchedules, carriedSchedules, namedSchedules } from './listed-schedules.ts';
import { withPlotFile } from './plot-argument.ts';
import { callName, type ListedSchedule, listing } from './schedule-table.ts';
import { unchangedSentences, type View, viewSentences, viewSigmas } from './schedule-view.ts';

const PIPE_WIDTH = 80;

const FLAGS = {
  steps: { type: 'number', describe: 'Only schedules of that many steps' },
  model: {
    type: 'string',
    describe: 'A model folder or checkpoint: the schedules it carries, how they were found, and its trained range',
  },
  clamp: { choices: CLAMPS, describe: 'Add what the schedules would be where this is clamped' },
  precision: { choices: PRECISIONS, describe: 'Add what the schedules would be in this precision' },
  'all-steps': { type: 'boolean', default: false, describe: 'Step tables of schedules of more than 50 steps too' },
  plot: { type: 'string', describe: 'Write an HTML page of them, FILE.html or FILE.htm [default: schedules.html]' },
} as const satisfies Record<string, Options>;

await runCommand(
  {
    name: 'schedule-list',
    synopsis: '[SCHEDULE...]',
    describe:
      'Shows schedules with their diagnostics: those given, by file, name or list of betas; or those of a model; or all presets and ' +
      'what the studies in ./experiments found. Columns: the level that sampling starts from; whether betas rise throughout; the ' +
      'smallest step in ln σ; levels outside the trained range; by how much float32 scales the last step (1 is right); the score on ' +
      'held-out clips.\n\n' +
      'Of schedules given or of a model it also shows a ladder of σ, each step, and how far apart they are. Columns of a step: the ' +
      'signal to noise ratio; the noise that the step adds (standard deviation), and its share of the noise power then present. ' +
      'With --precision float32: σ as it comes out. With --clamp state: the share of samples cut, the gain of the signal, and the ' +
      'σ then there, for speech at -23 dB. Where all presets are listed, the table says what these two come to at most. Other values ' +
      'change no level, which a sentence says.',
    flags: FLAGS,
    examples: [
      ['schedule-list', 'all presets and found schedules'],
      ['schedule-list --steps 6', 'those of 6 steps'],
      ['schedule-list lmnt-6 fastdiff-6', 'these two, with ladder, steps and distance'],
      ["schedule-list '[1e-6, 2e-5, 1e-3, 0.06]'", 'betas of your own, and the nearest preset'],
      ['schedule-list ivanvovk-6 --precision float32', 'what float32 makes of it'],
      ['schedule-list fastdiff-8 --clamp state', 'what a clamp of the state makes of it'],
      ['schedule-list ivanvovk-6 lmnt-6 --plot', 'beside each other, in schedules.html'],
      ['schedule-list --model folder/', 'what a model carries, and how that was found'],
      ['schedule-list --json', 'with betas and diagnostics; null for infinity'],
    ],
    async run({ steps, model: modelPath, clamp, precision, 'all-steps': allSteps, plot, json, quiet }, positionals) {
      if (steps !== undefined) wholeNumber('steps', steps, 1);
      if (plot === '') throw new UsageError('--plot must be the name of a file, got nothing');
      const warn = (message: string): void => {
        if (!quiet) process.stderr.write(`schedule-list: ${message}\n`);
      };
      const view = { clamp, precision };
      const model = modelPath === undefined ? undefined : await listedModel(modelPath, warn);
      const trained = model?.trained ?? REFERENCE_TRAINING;
      const chosen = positionals.length > 0 || model !== undefined;
      const all = await (positionals.length > 0
        ? namedSchedules(positionals, trained, model)
        : model
          ? carriedSchedules(model, warn)
          : allSchedules(trained, warn));
      const listed = all.filter(({ schedule }) => steps === undefined || schedule.length === steps);
      const presets = chosen ? await listPresets() : undefined;
      if (json) {
        const { listedJson } = await import('./listed-json.ts');
        process.stdout.write(`${JSON.stringify(listedJson(listed, view, presets), null, 2)}\n`);
      }
      if (listed.length === 0) {
        const carries = model === undefined ? 'no schedule' : `${model.folder} carries no schedule`;
        const none = steps === undefined ? carries : `no schedule of ${steps} steps`;
        if (plot !== undefined) warn(`${none}, so ${plot} is not written`);
        else if (!json) warn(none);
        return 0;
      }
      if (!json) {
        process.stdout.write(`${listing(listed, process.stdout.columns, view)}\n`);
        if (presets) {
          const { details } = await import('./listed-details.ts');
          const width = process.stdout.columns ?? PIPE_WIDTH;
          process.stdout.write(`\n${details(listed, { trained, presets, view, allSteps, width })}\n`);
        } else {
          for (const sentence of unchangedSentences(view)) process.stdout.write(`${sentence}\n`);
        }
      }
      if (plot !== undefined) {
        await writePage(listed, view, plot);
        const written = `Written to ${plot}.\n`;
        if (!json) process.stdout.write(`\n${written}`);
        else if (!quiet) process.stderr.write(written);
      }
      return 0;
    },
  },
  withPlotFile(process.argv.slice(2)),
);

async function writePage(listed: readonly ListedSchedule[], view: View, path: string): Promise<void> {
  const { writeSchedulePage } = await import('../report/schedule-page.ts');
  const named = listed.map((entry) => ({
    ...entry,
    name: callName(entry),
    remarks: viewSentences(entry.schedule, view),
    variants: viewSigmas(entry.schedule, view),
  }));
  await writeSchedulePage(named, path);
}
