import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { loadSchedule, saveSchedule } from '../../src/schedule/file.ts';
import { geometric } from '../../src/schedule/generators/geometric.ts';
import { karras } from '../../src/schedule/generators/karras.ts';
import { readStudy } from '../../src/search/read-study.ts';
import { sandbox } from './sandbox.ts';

const TINY = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));
const CLIPS = fileURLToPath(new URL('../../experiments/demo/clips/score', import.meta.url));

/** The shortest search there is. */
const SHORT = ['--clip-count', '1', '--clip-seconds', '0.1', '--jobs', '1'];

const { at, shell, examples } = sandbox('schedule-search');

beforeAll(() => {
  mkdirSync(at('folder'));
  cpSync(join(TINY, 'checkpoint.pt'), at('a.pt'));
  cpSync(join(TINY, 'config.json'), at('config.json'));
  for (const name of ['checkpoint.pt', 'config.json']) cpSync(join(TINY, name), at('folder', name));
  cpSync(CLIPS, at('valid'), { recursive: true });
});

function search(...args: string[]) {
  const quoted = [...SHORT, ...args].map((arg) => `'${arg}'`);
  return shell(`schedule-search --model folder --iters 3 --budget 30 --strategy random ${quoted.join(' ')}`);
}

test('starts from families, files and Python lists, and compares the winner with them', async () => {
  await saveSchedule(at('mine.npy'), geometric(1e-5, 0.3, 3));
  // The second karras is the first again.
  const from = ['karras', 'karras:1.2e-3:0.7', 'karras:2e-3:0.9', 'mine.npy', '[1e-5, 2e-3, 0.3]'];
  const { status, stderr } = search('--study', 'from', '--clamp', 'state', '--from', ...from);
  expect(stderr).not.toContain('schedule-search:');
  // Neither a family nor an array says which clamp it is for.
  expect(stderr).not.toContain('is meant for');
  expect(status).toBe(0);
  const { trials, outcome } = await readStudy(at('from'));
  const starts = [
    ['karras-3', karras(1.2e-3, 0.7, 3).betas],
    ['karras-3', karras(2e-3, 0.9, 3).betas],
    ['mine', geometric(1e-5, 0.3, 3).betas],
    ['custom-3', [1e-5, 2e-3, 0.3]],
  ];
  expect(trials.slice(0, 4).map(({ origin, betas }) => [origin, betas])).toEqual(starts);
  expect(outcome!.comparisons.slice(0, 4).map(({ name, betas }) => [name, betas])).toEqual(starts);
});

test('--save-to-model makes the winner what best-3 of the model means', async () => {
  const { status, stderr } = search('--study', 'saved', '--save-to-model', '--precision', 'float32');
  expect(stderr).toContain('Saved to the model as best-3: ');
  expect(status).toBe(0);
  const { outcome } = await readStudy(at('saved'));
  const { betas, clamp } = await loadSchedule('best-3', { model: at('folder') });
  expect([betas, clamp]).toEqual([outcome!.betas, 'x0']);

  // What best-3 meant when a search began, it means when the search goes on.
  const better = ['--study', 'better', '--seed', '1', '--from', 'best-3', '--save-to-model', '--precision', 'float32'];
  expect(search(...better).stderr).toMatch(/Saved to the model as best-3; the one that was there is best-3-2 now: /);
  expect(search(...better).stderr).toMatch(
    /This study is finished.*\nThe model has this schedule already, as best-3: /s,
  );

  // The same model as far as its network goes, trained on other levels and with other mels.
  const path = at('folder', 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.data_config.f_max = 7600;
  config.training_config = { training_noise_schedule: { n_iter: 10, betas_range: [1e-6, 1e-5] } };
  writeFileSync(path, JSON.stringify(config));
  const again = search('--study', 'again', '--from', 'best-3', '--clamp', 'state');
  expect(again.status).toBe(0);
  expect(again.stderr).toContain('best-3 is meant for the clamp x0; this search has state.\n');
  expect(again.stderr).toContain('best-3 was found in float32; this search has float64.\n');
  expect(again.stderr).toContain('best-3 was made with f_max 8000 Hz; the model has 7600 Hz.\n');
  // ᾱ_10 = Π(1 − β), β from 1e-6 to 1e-5: 1 − ℓ_10 is about half the sum 5.5e-5.
  expect(again.stderr).toMatch(
    /best-3: \d levels? (is|are) noisier than the last trained level, 1\.00; the noisiest is /,
  );
});

test('a folder that nothing can be saved to is known before the search', () => {
  mkdirSync(at('locked'));
  for (const name of ['checkpoint.pt', 'config.json']) cpSync(join(TINY, name), at('locked', name));
  writeFileSync(at('locked', 'schedules'), '');
  const { status, stdout, stderr } = shell('schedule-search --model locked --study locked-study --save-to-model');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^schedule-search: locked\/schedules: the schedule cannot be saved here: .*\n$/);
});

test.each([
  ['lmnt-6', 'lmnt-6: a schedule of 3 steps was expected to start from, got one of 6; schedule-expand makes others'],
  ['karras:2:1', 'karras'],
  ['nothing', 'nothing: expected a path'],
  ['karas', 'karas: expected a path'],
])('--from %s is one sentence', (from, sentence) => {
  const { status, stderr } = search('--study', 'refused', '--from', from);
  expect(stderr).toContain(`schedule-search: ${sentence}`);
  if (from === 'karas') expect(stderr).toMatch(/, or a family: uniform-log-snr, karras, .*\n$/);
  expect(status).toBe(1);
});

test('every example of --help runs', { timeout: 180_000 }, async () => {
  await saveSchedule(at('lmnt-6.npy'), await loadSchedule('lmnt-6'));
  // Those on a queue: schedule-worker.test.ts.
  const commands = examples().filter((example) => !example.includes('--queue'));
  expect(commands).toHaveLength(7);
  for (const [i, example] of commands.entries()) {
    // What makes it quick comes first: --from takes all that follows it. Three numbers of steps take 4 + 6 + 8 NFE.
    const quick = ['schedule-search', ...SHORT, '--budget', '18', '--study', `example-${i}`].join(' ');
    const { status, stderr } = shell(example.replace('schedule-search', quick).replace('--jobs 8', ''));
    expect([example, status, stderr]).toEqual([example, 0, expect.anything()]);
  }
});
