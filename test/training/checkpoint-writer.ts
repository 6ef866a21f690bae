import { fileURLToPath } from 'node:url';
import { keepCheckpoints, writeCheckpoint } from '../../src/training/checkpoints.ts';
import { checkpointMemory, stateAfter } from './run-states.ts';
import { tinyTraining } from './tiny-training.ts';

/** A process that writes checkpoints in a loop until it is killed: `node checkpoint-writer.ts RUN FIRST`, each step twice. */
async function writeForever(run: string, first: number): Promise<never> {
  const { layout } = await tinyTraining();
  const arrays = checkpointMemory(layout, false);
  for (let step = first; ; step++) {
    // All numbers of a checkpoint are its step.
    for (const numbers of [arrays.weights, arrays.first, arrays.second]) numbers.fill(step);
    for (const attempt of [0, 1]) {
      await writeCheckpoint(run, { layout, arrays, state: stateAfter(step, { attempt }), config: '{}' });
      process.stdout.write('.');
    }
    await keepCheckpoints(run, new Set([step - 1, step]));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeForever(process.argv[2]!, Number(process.argv[3]));
