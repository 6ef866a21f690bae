import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveSchedule } from '../../../src/schedule/file.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';

// Debian's, which has both.
const PYTHON = '/usr/bin/python3';
const hasPeers = spawnSync(PYTHON, ['-c', 'import numpy, torch']).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'schedule-peers-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasPeers)(
  'as others load what is written (skipped where /usr/bin/python3 lacks numpy or torch)',
  () => {
    const BETAS = [1e-6 / 3, 2e-5, 0.1, 0.5];
    const FLOAT32 = BETAS.map(Math.fround);

    // The numbers go as JSON, in which Python writes a float64 so that it comes back.
    test.each([
      ['tensor.pt', false, 'torch.load(path)', 'x.dtype, x.shape', '(torch.float32, torch.Size([4]))', FLOAT32],
      ['list.pt', true, 'torch.load(path)', '{type(b) for b in x}', "{<class 'float'>}", BETAS],
      ['array.npy', false, 'numpy.load(path)', 'x.dtype, x.shape', "(dtype('float64'), (4,))", BETAS],
      ['archive.npz', false, "numpy.load(path)['beta']", 'x.dtype, x.shape', "(dtype('float64'), (4,))", BETAS],
      ['table.csv', false, "numpy.genfromtxt(path, delimiter=',', names=True)['beta']", 'x.shape', '(4,)', BETAS],
    ])('%s (list: %s) by %s', async (name, list, load, facts, expected, betas) => {
      const path = join(folder, name);
      await saveSchedule(path, NoiseSchedule.fromBetas(BETAS), { list });
      const program = [
        'import json, sys, numpy, torch',
        'path = sys.argv[1]',
        `x = ${load}`,
        `print(json.dumps([str((${facts})), [float(b) for b in x]]))`,
      ];
      const { stdout, stderr } = spawnSync(PYTHON, ['-c', program.join('\n'), path], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual([expected, betas]);
    });
  },
);
