import { expect, test } from 'vitest';
import { withPlotFile } from '../../src/cli/plot-argument.ts';

test.each([
  ['--plot', '--plot=schedules.html'],
  ['lmnt-6 --plot', 'lmnt-6 --plot=schedules.html'],
  ['--plot lmnt-6', '--plot=schedules.html lmnt-6'],
  ['--plot --json', '--plot=schedules.html --json'],
  ['--plot page.html lmnt-6', '--plot page.html lmnt-6'],
  ['--plot Page.HTML lmnt-6', '--plot Page.HTML lmnt-6'],
  ['--plot page.htm lmnt-6', '--plot page.htm lmnt-6'],
  ['--plot=a/page lmnt-6', '--plot=a/page lmnt-6'],
  ['-- --plot', '-- --plot'],
])('%s is read as %s', (typed, read) => {
  expect(withPlotFile(typed.split(' '))).toEqual(read.split(' '));
});
