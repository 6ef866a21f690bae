import { describe, expect, test } from 'vitest';
import { listing } from '../../src/cli/schedule-table.ts';
import { diagnose } from '../../src/schedule/diagnostics.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';

describe('the table', () => {
  const listed = (betas: number[], source: string) => {
    const schedule = NoiseSchedule.fromBetas(betas, { name: `of-${betas.length}`, source });
    return { schedule, diagnostics: diagnose(schedule) };
  };
  const long = 'a source that takes more than a line of any terminal '.repeat(4).trim();

  test.each([90, 100, 140])('is %d characters wide, with sources cut short', (width) => {
    const lines = listing([listed([0.1, 0.2], long)], width).split('\n');
    expect(lines[1]).toMatch(/ {2}a source.*…$/);
    expect(lines[1]).toHaveLength(width);
  });

  test('shows sources whole where no width is given', () => {
    expect(listing([listed([0.1, 0.2], long)])).toContain(long);
  });

  test('says each warning once, beneath, and numbers those it is for', () => {
    const lines = listing([listed([0.1, 0.05], ''), listed([0.1, 0.2], ''), listed([0.2, 0.1, 0.15], '')]).split('\n');
    expect(lines.map((line) => line.split('  ')[0])).toEqual([
      'name',
      'of-2 [1]',
      'of-2',
      'of-3 [1]',
      '[1] The betas do not rise throughout.',
    ]);
  });

  test('shows the gap of a single step as infinite', () => {
    expect(listing([listed([0.1], '')]).split('\n')[1]).toMatch(/ yes +∞ +0 /);
  });

  test('lets no control character of a file through', () => {
    const { schedule, diagnostics } = listed([0.1, 0.2], 'red\u001b[31m\nnext');
    const lines = listing([{ schedule, diagnostics, path: './a\rb.json' }]).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^\.\/a b\.json .* {2}red \[31m next$/);
  });
});
