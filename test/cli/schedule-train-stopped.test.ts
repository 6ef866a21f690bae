import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { checkpointSteps, checkWhole, comeTo } from '../training/run-files.ts';
import { sandbox } from './sandbox.ts';
import { writeTrainFolder } from './train-folder.ts';

const { at, shell } = sandbox('schedule-train');

beforeAll(() => writeTrainFolder(at, { test_interval: 25, ema_decay: 0.9 }));

const STEPS = 150;
const ARGS = ['-c', 'config.json', '--steps', `${STEPS}`, '--jobs', '2'];

/** Runs the command in the folder; `whileRunning` may look at it or end it. */
async function run(args: readonly string[], whileRunning: (child: ChildProcess) => Promise<void>) {
  const child = spawn(at('..', 'bin', 'schedule-train'), args, { cwd: at() });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.resume();
  const ended = new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (status, signal) => resolve({ status, signal })),
  );
  await whileRunning(child);
  return { ...(await ended), stderr };
}

const lastStep = () => (existsSync(at('run', 'checkpoints')) ? checkpointSteps(at('run')).at(-1)! : 0);

/** Resolves once the run has made a checkpoint beyond a step, or its process has ended. */
async function checkpointAfter(step: number, child: ChildProcess): Promise<void> {
  while (lastStep() <= step && child.exitCode === null) await sleep(5);
}

test('Ctrl-C ends it with exit 130, and however it is ended the same command comes to the same', {
  timeout: 180_000,
}, async () => {
  const often = [...ARGS, '--checkpoint-minutes', '0.0005'];
  const interrupted = await run(often, async (child) => {
    await checkpointAfter(3, child);
    child.kill('SIGINT');
  });
  expect([interrupted.status, interrupted.stderr]).toEqual([
    130,
    expect.stringMatching(
      /\nStopping; once more to stop at once\.\nStopped after step \d+; the same command goes on\.\n$/,
    ),
  ]);
  expect(interrupted.stderr).toContain(`Stopped after step ${lastStep()};`);

  for (const milliseconds of [0, 7, 31]) {
    const before = lastStep();
    const killed = await run(often, async (child) => {
      await checkpointAfter(before, child);
      await sleep(milliseconds);
      child.kill('SIGKILL');
    });
    expect(killed.signal).toBe('SIGKILL');
    checkWhole(at('run'));
  }
  expect(lastStep()).toBeLessThan(STEPS);

  expect(shell(`schedule-train ${often.join(' ')}`).status).toBe(0);
  expect(shell(`schedule-train ${ARGS.join(' ')} --logdir straight`).status).toBe(0);
  expect(comeTo(at('run'))).toEqual(comeTo(at('straight')));
});
