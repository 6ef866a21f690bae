import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expandSchedule } from '../../src/schedule/expand.ts';
import { loadSchedule } from '../../src/schedule/file.ts';
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
