import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expandSchedule } from '../../src/schedule/expand.ts';
import { loadSchedule, presetFor } from '../../src/schedule/file.ts';
import { sandbox } from './sandbox.ts';

const { at, shell, examples } = sandbox('schedule-expand');

const DESCRIPTION = '25 -> 50 steps keeps the terminal level at 0.8476.';

describe('typed without quotes', () => {
  test.each(['25 -> 50', '25->50', '25 > 50'])('%s writes the schedule as JSON into a file named 50', async (typed) => {
    const { status, stdout, stderr } = shell(`schedule-expand ${typed}`);
    expect(stderr).toContain(DESCRIPTION);
    expect([status, stdout]).toEqual([0, '']);
    expect(await loadSchedule(at('50'))).toEqual(expandSchedule(await presetFor(25), 50));
  });

  test('the file may be in another folder, and --quiet leaves nothing on standard error', async () => {
    expect(shell('mkdir sub && schedule-expand 25 -> sub/75 --quiet --method repeat').stderr).toBe('');
    expect(await loadSchedule(at('sub/75'))).toEqual(expandSchedule(await presetFor(25), 75, 'repeat'));
  });

  test('a file that is not named by a number is a usage error', () => {
    const { status, stderr } = shell('schedule-expand 25 -> fifty');
    expect(status).toBe(2);
    expect(stderr).toContain('such as 25 -> 50 or 25 50, got 25 - into a file named fifty\n');
  });
});

test.each([["'25 -> 50'"], ["'25->50'"], ["25 '->' 50"], ['25 50'], ['25:50'], ['25→50']])(
  '%s --json prints the schedule with where it comes from',
  async (typed) => {
    const { status, stdout } = shell(`schedule-expand ${typed} --json`);
    expect(status).toBe(0);
    const expected = expandSchedule(await presetFor(25), 50).toJSON();
    expect(JSON.parse(stdout)).toEqual({ ...expected, provenance: { from: 'ivanvovk-25', method: 'split' } });
  },
);

test('into a pipe it prints betas to read, what the expansion did, and warnings', async () => {
  const { stdout, stderr } = shell('schedule-expand 25 50 | cat');
  const { betas } = expandSchedule(await presetFor(25), 50);
  const [name, ...lines] = stdout.trimEnd().split('\n');
  expect(name).toBe('ivanvovk-25-split-50');
  // The shipped β_1 is 1e-6, the first trained one too; halved, it is less noisy than that.
  expect(lines.splice(10)).toEqual([
    DESCRIPTION,
    '1 level is less noisy than the first trained level, 0.99999950; the least noisy is 0.99999975 (σ 0.000707 against 0.00100).',
    // fround(5e-7)/(8·2^-24) = 1.0486.
    'In float32 the last reverse step scales its result by 1.05 instead of 1.',
  ]);
  const printed = lines.join(' ').trim().split(/\s+/).map(Number);
  expect(printed).toHaveLength(50);
  for (const [i, beta] of printed.entries()) expect(Math.abs(beta / betas[i]! - 1)).toBeLessThan(5.1e-7);
  expect(stderr).toBe('');
});

describe('--from', () => {
  test('takes a preset, and --out writes a file that reads back, with its provenance', async () => {
    expect(shell('schedule-expand 6 12 --from lmnt-6 --method log-linear --out made/12.json').status).toBe(0);
    const path = at('made/12.json');
    expect(await loadSchedule(path)).toEqual(expandSchedule(await loadSchedule('lmnt-6'), 12, 'log-linear'));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      provenance: { from: 'lmnt-6', method: 'log-linear' },
    });
  });

  test('takes a file', () => {
    writeFileSync(at('two.json'), '[0.1, 0.2]');
    const { stdout } = shell('schedule-expand 2 4 --from two.json --method repeat --json');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'two-repeat-4',
      betas: [0.1, 0.1, 0.2, 0.2],
      provenance: { from: 'two.json', method: 'repeat' },
    });
  });

  test('of another length is an error with both numbers', () => {
    const { status, stderr } = shell('schedule-expand 25 50 --from lmnt-6');
    expect(status).toBe(1);
    expect(stderr).toBe('schedule-expand: lmnt-6: expected a schedule of 25 steps, got one of 6\n');
  });
});

test('fewer steps need log-linear, and one sentence says so', () => {
  const { status, stderr } = shell('schedule-expand 25 8');
  expect(status).toBe(1);
  expect(stderr).toBe(
    'schedule-expand: expand ivanvovk-25: split needs at least its 25 steps, got 8 (log-linear can take fewer)\n',
  );
});

test.each(['', '25 -', 'a b'])('"%s" is used wrongly: exit 2 with an example', (typed) => {
  const { status, stdout, stderr } = shell(`schedule-expand ${typed}`);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toBe(
    `schedule-expand: arguments: expected two numbers of steps, such as 25 -> 50 or 25 50, got ${typed || 'none'}\n` +
      'Try schedule-expand --help.\n',
  );
});

test('every example of --help runs', () => {
  const commands = examples();
  expect(commands).toHaveLength(4);
  for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
});

test('a reader that closes the pipe is no error', () => {
  // true has gone long before anything is written, and head at some time after the first line.
  expect(shell('{ schedule-expand 25 50; echo $? >&2; } | true').stderr).toBe('0\n');
  expect(shell('schedule-expand 25 50 | head -1')).toMatchObject({ stdout: 'ivanvovk-25-split-50\n', stderr: '' });
});
