import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expandSchedule } from '../../src/schedule/expand.ts';
import { loadSchedule } from '../../src/schedule/file.ts';
import { writeModelFolder } from './found-schedule.ts';
import { sandbox } from './sandbox.ts';

const { at, shell } = sandbox('schedule-expand');

test('-o writes by the ending, and what is lost is printed last', async () => {
  const { status, stdout } = shell('schedule-expand 6 12 --from lmnt-6 -o 12.pt');
  expect(status).toBe(0);
  expect(stdout.trimEnd().split('\n').slice(-3)).toEqual([
    'Written to 12.pt.',
    expect.stringMatching(/^The betas are rounded to float32, by up to \d\.\de-8 relative\.$/),
    'The clamp, state, is not in a .pt file; .json keeps it.',
  ]);
  const { betas } = expandSchedule(await loadSchedule('lmnt-6'), 12);
  expect((await loadSchedule(at('12.pt'))).betas).toEqual(betas.map(Math.fround));
});

test('an ending that is none of ours is refused with those that are, and nothing is written', () => {
  expect(shell('schedule-expand 25 50 -o made.mat')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'schedule-expand: made.mat: expected one of the endings .json, .pt, .npy, .npz, .csv, got .mat\n',
  });
  expect(() => readFileSync(at('made.mat'))).toThrow(/ENOENT/);
});

test('--from takes a Python list', () => {
  const { stdout } = shell("schedule-expand 2 4 --from '[0.1, 0.2]' --method repeat --json");
  expect(JSON.parse(stdout)).toMatchObject({ betas: [0.1, 0.1, 0.2, 0.2], provenance: { from: '[0.1, 0.2]' } });
});

test('--model makes the names of its schedules known, by its folder or its checkpoint', async () => {
  mkdirSync(at('tiny/schedules'), { recursive: true });
  writeFileSync(at('tiny/model.safetensors'), '');
  writeFileSync(at('tiny/schedules/best-2.json'), '{"betas": [0.1, 0.2], "clamp": "none"}');
  for (const model of ['tiny', 'tiny/model.safetensors']) {
    const { stdout } = shell(`schedule-expand 2 4 --from best-2 --model ${model} --method repeat --json`);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'best-2-repeat-4',
      clamp: 'none',
      betas: [0.1, 0.1, 0.2, 0.2],
      provenance: { from: 'best-2', model, method: 'repeat' },
    });
  }
  expect(shell('schedule-expand 6 7 --from best-6 --model tiny').stderr).toMatch(
    /best-6: expected a path \(with a slash or an ending\), a schedule of tiny \(best-2\) or a preset: /,
  );
});

test('--model is what the schedules are judged by', () => {
  // Levels of 1000 betas up to 1e-3 end near exp(−0.25) = 0.78, that of lmnt-6 is 0.703.
  writeModelFolder(at('short'), [1e-6, 1e-3]);
  const { stdout, stderr } = shell('schedule-expand 6 12 --from lmnt-6 --model short');
  expect(stdout).toMatch(/ at 0\.7033, warning: that is below 0\.77\d\d, the noisiest level of training\.\n/);
  expect(stdout).toMatch(/\n\d levels? (is|are) noisier than the last trained level, 0\.77\d;/);
  expect(stderr).toBe('');
  expect(shell('schedule-expand 6 12 --from lmnt-6').stdout).not.toMatch(/warning|noisier/);
});

test('--clamp is recorded; where it is not given and nothing says it, x0 is assumed aloud', async () => {
  writeFileSync(at('two.csv'), '0.1\n0.2\n');
  const sentence = 'two.csv does not say the clamp; x0 is assumed, --clamp says another.';
  const line = 'schedule-expand 2 4 --from two.csv';
  expect(shell(`${line} -o 4.json`).stdout).toContain(`\n${sentence}\nWritten to 4.json.\n`);
  expect(shell(`${line} --json`).stderr).toContain(sentence);
  expect(shell('schedule-expand 2 -> 4 --from two.csv').stderr).toContain(sentence);
  for (const unrecorded of [line, `${line} -o 4.npy`, `${line} -o 4.json --clamp state`]) {
    const { status, stdout } = shell(unrecorded);
    expect([status, stdout.includes('does not say')]).toEqual([0, false]);
  }
  expect((await loadSchedule(at('4.json'))).clamp).toBe('state');
});

test('no control character of a name reaches the terminal', () => {
  writeFileSync(at('red.json'), '{"name": "a\\u001b[31m", "betas": [0.1, 0.2]}');
  const { stdout } = shell('schedule-expand 2 4 --from red.json');
  expect(stdout.split('\n')[0]).toBe('a [31m-split-4');
});
