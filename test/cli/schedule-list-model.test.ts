import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { heldout, SOURCE, writeModelFolder } from './found-schedule.ts';
import { sandbox } from './sandbox.ts';

const { at, shell } = sandbox('schedule-list');

describe('--model', () => {
  test('lists what the model carries, with how it was found', () => {
    writeModelFolder(at('carrying'));
    const { status, stdout, stderr } = shell('schedule-list --model carrying');
    expect([status, stderr]).toEqual([0, '']);
    const [head, found, byHand] = stdout.split('\n');
    expect(head).toMatch(/ precision +found on +metric +held-out +source$/);
    // 11,025 samples at 22,050 Hz.
    expect(found!.split(/ {2,}/)).toEqual([
      'best-2',
      '2',
      'state',
      '0.8485',
      'yes',
      '0.6264',
      '0',
      '1.000',
      'float32',
      '3 clips of 0.50 s: one, two …',
      'log-mel-l1',
      '0.2500 ± 0.013',
      SOURCE,
    ]);
    expect(byHand).toMatch(/^by-hand +3 +x0 /);
    expect(stdout).toContain('\nbest-2, 2 steps\n');
  });

  test('gives --json the same, and the path', () => {
    writeModelFolder(at('carrying'));
    const [found] = JSON.parse(shell('schedule-list best-2 --model carrying --json').stdout) as Record<
      string,
      unknown
    >[];
    expect(found).toMatchObject({
      name: 'best-2',
      betas: [0.1, 0.2],
      clamp: 'state',
      path: expect.stringMatching(/\/carrying\/schedules\/best-2\.json$/),
      heldout,
      found: {
        precision: 'float32',
        metric: 'log-mel-l1',
        scoringClips: ['one', 'two', 'three'],
        clipSeconds: 0.5,
        heldoutClips: 2,
      },
    });
  });

  test('takes the trained range from the model’s config', () => {
    writeModelFolder(at('short'), [1e-6, 1e-3]);
    // Levels of 1000 betas up to 1e-3 end near exp(−0.25) = 0.78, that of lmnt-6 is 0.703.
    const { stdout } = shell('schedule-list lmnt-6 --model short');
    expect(stdout).toMatch(
      /\[1\] 1 level is noisier than the last trained level, 0\.77\d; the noisiest is 0\.703 \(σ 1\.01 against 0\.80\d\)\.\n/,
    );
    expect(shell('schedule-list lmnt-6').stdout).not.toContain('noisier');
  });

  test('without a config it says that the range is the reference’s', () => {
    writeModelFolder(at('bare'));
    rmSync(at('bare/config.json'));
    const { status, stderr } = shell('schedule-list --model bare');
    expect(status).toBe(0);
    expect(stderr).toBe(
      "schedule-list: bare/config.json: there is none, so the trained range is taken to be the reference's\n",
    );
  });

  test('a schedule that cannot be read is one line on standard error, and a model that cannot be found an error', () => {
    writeModelFolder(at('broken'));
    writeFileSync(at('broken/schedules/torn.json'), '{"betas"');
    const { status, stdout, stderr } = shell('schedule-list --model broken');
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^schedule-list: skipped broken\/schedules\/torn\.json: .*\n$/),
    ]);
    expect(stdout).toContain('best-2');
    expect(shell('schedule-list --model nowhere')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^schedule-list: nowhere: expected a model folder or a checkpoint/),
    });
  });
});

test('a model that carries none is told so', () => {
  writeModelFolder(at('empty'));
  rmSync(at('empty/schedules'), { recursive: true });
  expect(shell('schedule-list --model empty')).toEqual(
    expect.objectContaining({ status: 0, stdout: '', stderr: 'schedule-list: empty carries no schedule\n' }),
  );
});

describe('--plot', () => {
  test('writes a page, by default schedules.html, and says so', () => {
    rmSync(at('schedules.html'), { force: true });
    const { status, stdout } = shell('schedule-list --plot lmnt-6');
    expect([status, stdout.split('\n').slice(-3)]).toEqual([0, ['', 'Written to schedules.html.', '']]);
    expect(readFileSync(at('schedules.html'), 'utf8')).toContain('<h1>Noise schedule lmnt-6</h1>');
  });

  test('writes it where it is told to, beside JSON', () => {
    const { stdout, stderr } = shell('schedule-list --steps 6 --plot pages/six.html --json');
    expect(stderr).toBe('Written to pages/six.html.\n');
    expect(JSON.parse(stdout)).toHaveLength(4);
    expect(readFileSync(at('pages/six.html'), 'utf8')).toContain('<h1>4 noise schedules side by side</h1>');
  });

  test('takes files that end otherwise than in .html, and says where none is written', () => {
    shell('schedule-list --plot Q.HTM lmnt-6');
    expect(readFileSync(at('Q.HTM'), 'utf8')).toContain('<h1>Noise schedule lmnt-6</h1>');
    for (const [flag, stdout] of [
      ['', ''],
      [' --json', '[]\n'],
    ]) {
      expect(shell(`schedule-list --steps 99 --plot q.html${flag}`)).toMatchObject({
        status: 0,
        stdout,
        stderr: 'schedule-list: no schedule of 99 steps, so q.html is not written\n',
      });
    }
    expect(existsSync(at('q.html'))).toBe(false);
  });

  test('has what another precision makes of them', () => {
    shell('schedule-list ivanvovk-6 --precision float32 --plot rounded.html');
    const page = readFileSync(at('rounded.html'), 'utf8');
    expect(page).toContain('ivanvovk-6, in float32');
    expect(page).toContain('In float32 σ moves by at most 0.66 %');
  });
});

test('a training that the config does not say rightly is warned of, and the reference’s range taken', () => {
  writeModelFolder(at('odd'), [1e-6, 1]);
  const { status, stdout, stderr } = shell('schedule-list --model odd');
  expect(status).toBe(0);
  expect(stdout).toContain('best-2');
  expect(stderr).toMatch(/^schedule-list: odd\/config\.json: training_config.*; the reference's range is used\n$/);
});
