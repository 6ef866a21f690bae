import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkpointFolder, keepCheckpoints, listCheckpoints, readCheckpoint } from '../../src/training/checkpoints.ts';
import { checkpointMemory } from './run-states.ts';
import { tinyTraining } from './tiny-training.ts';

const KILLS = 10;
const WRITER = fileURLToPath(new URL('./checkpoint-writer.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

let run: string;

beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'killed-'));
});

afterEach(() => rmSync(run, { recursive: true }));

/** Starts the writer, and kills it so many milliseconds after its first checkpoint. */
async function killAfter(milliseconds: number, first: number): Promise<void> {
  const writer = spawn(process.execPath, ['--import', TSX, WRITER, run, String(first)]);
  let errors = '';
  writer.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  const closed = once(writer, 'close');
  await Promise.race([once(writer.stdout, 'data'), closed]);
  writer.stdout.resume();
  await sleep(milliseconds);
  writer.kill('SIGKILL');
  const [, signal] = await closed;
  expect(errors).toBe('');
  expect(signal).toBe('SIGKILL');
}

test('whenever a process is killed, every checkpoint that is seen is whole', async () => {
  const { layout } = await tinyTraining();
  const arrays = checkpointMemory(layout, false);
  let seen = 0;
  let leftovers = 0;
  let last = 0;
  for (let i = 0; i < KILLS; i++) {
    // Some hundredths of a second for each checkpoint: these delays end in all parts of it.
    await killAfter(3 + 7 * i, last + 1);
    const steps = await listCheckpoints(run);
    for (const step of steps) {
      const files = readdirSync(checkpointFolder(run, step)).sort();
      expect(files).toEqual(['config.json', 'model.safetensors', 'training-state.safetensors']);
      expect((await readCheckpoint(run, step, { layout, arrays })).step).toBe(step);
      for (const numbers of [arrays.weights, arrays.first, arrays.second])
        expect(numbers.every((x) => x === step)).toBe(true);
    }
    // What was there is not lost: the newest is as new as the last that the process had kept.
    expect(steps.at(-1)).toBeGreaterThanOrEqual(last);
    last = steps.at(-1)!;
    seen += steps.length;
    leftovers += readdirSync(join(run, 'checkpoints')).length - steps.length;
  }
  expect(seen).toBeGreaterThanOrEqual(KILLS);
  // Else no process was killed while it wrote.
  expect(leftovers).toBeGreaterThan(0);
  await keepCheckpoints(run, new Set([last]));
  expect(readdirSync(join(run, 'checkpoints'))).toEqual([`step-${String(last).padStart(8, '0')}`]);
});
