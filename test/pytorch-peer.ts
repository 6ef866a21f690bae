import { spawnSync } from 'node:child_process';

const PYTHON = '/usr/bin/python3';

/** Whether Debian's PyTorch is here to compare with; tests that need it are skipped elsewhere. */
export const HAS_PYTORCH = spawnSync(PYTHON, ['-c', 'import torch']).status === 0;

/** What a Python program prints as JSON; its arguments are `sys.argv[1:]`. Throws with its error where it fails. */
export function python(program: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', program, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
