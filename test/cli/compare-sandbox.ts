import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';
import { programOf, sandbox } from './sandbox.ts';

const TINY = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));
const DEMO_CLIPS = fileURLToPath(new URL('../../experiments/demo/clips', import.meta.url));

/** The tiny network on a tenth of a second of two clips: the whole way, in seconds. */
export const QUICK = ['--clip-count', '2', '--clip-seconds', '0.1'];

/**
 * A sandbox with the same model in `folder/` and `other/`, and the demo's clips in `score/` and `valid/`, where `search` finds a schedule.
 */
export function compareSandbox(command: string) {
  const made = sandbox(command);
  const { at, shell } = made;
  beforeAll(() => {
    for (const folder of ['folder', 'other']) {
      mkdirSync(at(folder));
      for (const name of ['checkpoint.pt', 'config.json']) cpSync(join(TINY, name), at(folder, name));
    }
    cpSync(join(DEMO_CLIPS, 'heldout'), at('valid'), { recursive: true });
    cpSync(join(DEMO_CLIPS, 'score'), at('score'), { recursive: true });
  });

  /** Runs the command with `folder/` and QUICK, and one worker unless the arguments say otherwise. */
  const quick = (...args: readonly string[]) => {
    const jobs = args.includes('--jobs') ? [] : ['--jobs', '1'];
    return shell([command, '--model', 'folder', ...QUICK, ...jobs, ...args].map((arg) => `'${arg}'`).join(' '));
  };

  /** Runs a short schedule-search on `folder/`, on clips of `score/` and held-out ones of `valid/`. */
  const search = (...args: readonly string[]) => {
    const wanted = ['--model', 'folder', '--clips', 'score', '--heldout', 'valid', '--strategy', 'presets', '--quiet'];
    const all = [programOf('schedule-search'), ...wanted, ...QUICK, ...args];
    return spawnSync(process.execPath, all, { cwd: at(), encoding: 'utf8' });
  };

  return { ...made, quick, search };
}
