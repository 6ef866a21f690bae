import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { readJournal } from '../../src/search/journal.ts';
import { checkWhole, comeTo } from '../training/run-files.ts';
import { sandbox } from './sandbox.ts';
import { writeTrainFolder } from './train-folder.ts';

const { at, shell } = sandbox('schedule-search', 'schedule-train');

const MODEL = fileURLToPath(new URL('../fixtures/reference-tiny/checkpoint.pt', import.meta.url));
const TINY = `schedule-search --model ${MODEL} --clip-count 2 --clip-seconds 0.1 --budget 240 --jobs 1 --report report.html`;
const TRAINING = 'schedule-train -c config.json --steps 60 --jobs 1 --checkpoint-minutes 0.0005';

const mount = (...args: string[]) => spawnSync('mount', args).status === 0;

/** Whether a small disk can be made here, which takes Linux and its superuser. */
function canMount(): boolean {
  const probe = at('probe');
  mkdirSync(probe);
  return mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe) && spawnSync('umount', [probe]).status === 0;
}

let hasDisk = false;
const NO_DISK = 'no small disk can be mounted here, which takes Linux and its superuser';
const disk = () => at('disk');

beforeAll(() => {
  hasDisk = canMount();
  mkdirSync(disk());
  writeTrainFolder(at, { test_interval: 25 });
});

afterEach(() => {
  if (hasDisk) spawnSync('umount', [disk()]);
});

/** trials.csv without the column of seconds. */
function trialsOf(study: string): string[] {
  const lines = readFileSync(join(study, 'trials.csv'), 'utf8').trimEnd().split('\n');
  const seconds = lines[0]!.split(',').indexOf('seconds');
  return lines.map((line) => line.split(',').toSpliced(seconds, 1).join());
}

test('a search whose disk fills says so, and goes on once there is room', { timeout: 180_000 }, async (context) => {
  context.skip(!hasDisk, NO_DISK);
  expect(shell(`${TINY} --study whole`).status).toBe(0);
  const study = join(disk(), 'study');
  mount('-t', 'tmpfs', '-o', 'size=44k', 'tmpfs', disk());
  // It stays full at the second try.
  const entries: number[] = [];
  for (let tries = 0; tries < 2; tries++) {
    const { status, stderr } = shell(`${TINY} --study disk/study`);
    expect(stderr.split('\n').filter((line) => line.startsWith('schedule-search: '))).toEqual([
      `schedule-search: ${study}: the disk is full; what was finished is saved; make room and run the same command to go on`,
    ]);
    expect(stderr).not.toContain('it goes on from its journal');
    expect(status).toBe(1);
    expect(readdirSync(study).filter((name) => /lock|tmp/.test(name))).toEqual([]);
    entries.push((await readJournal(join(study, 'journal.jsonl'))).evaluations.length);
  }
  expect(entries[0]).toBeGreaterThan(5);
  expect(entries[1]).toBeGreaterThanOrEqual(entries[0]!);

  mount('-o', 'remount,size=8m', disk());
  const { status, stderr } = shell(`${TINY} --study disk/study`);
  expect(stderr).toContain(`Going on: ${entries[1]} evaluations are done already.`);
  expect(status).toBe(0);
  expect(trialsOf(study)).toEqual(trialsOf(at('whole')));
  const { evaluations } = await readJournal(join(study, 'journal.jsonl'));
  const keys = evaluations.map(({ phase, replicate, clips, betas }) => [phase, replicate, clips, betas].join(' '));
  expect(new Set(keys).size).toBe(keys.length);
});

test('a study on a disk that is read-only is refused in one sentence', (context) => {
  context.skip(!hasDisk, NO_DISK);
  mount('-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk());
  const line = TINY.replace('240', '30');
  expect(shell(`${line} --study disk/study`).status).toBe(0);
  mount('-o', 'remount,ro', disk());
  const { status, stderr } = shell(`${line.replace('30', '60')} --study disk/study`);
  expect(stderr).toContain(
    `schedule-search: ${join(disk(), 'study')}: the disk is read-only; what was finished is saved; make it writable and run the same command to go on\n`,
  );
  expect(status).toBe(1);
  // What needs nothing written still works.
  expect(shell(`${line} --study disk/study`).status).toBe(0);
});

test('a training whose disk fills says so, and goes on once there is room', { timeout: 180_000 }, (context) => {
  context.skip(!hasDisk, NO_DISK);
  expect(shell(`${TRAINING} --logdir whole-run`).status).toBe(0);
  mount('-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', disk());
  const run = join(disk(), 'run');
  const { status, stderr } = shell(`${TRAINING} --logdir disk/run`);
  expect(stderr).toMatch(
    /\nschedule-train: disk\/run: the disk is full; what was finished is saved; make room and run the same command to go on\n$/,
  );
  expect(status).toBe(1);
  checkWhole(run);
  expect(existsSync(join(run, 'training.lock'))).toBe(false);
  mount('-o', 'remount,size=64m', disk());
  expect(shell(`${TRAINING} --logdir disk/run`).status).toBe(0);
  expect(comeTo(run)).toEqual(comeTo(at('whole-run')));
});
