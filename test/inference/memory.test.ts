import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CHILD = fileURLToPath(new URL('peak-child.ts', import.meta.url));

function peakMiB(seconds: number): number {
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', CHILD, String(seconds)], { encoding: 'utf8' });
  return Number(stdout);
}

// Through the network at once, 60 s of this small one take four times the memory of 6 s.
test('a minute takes less than one and a half times the memory of six seconds', () => {
  const [short, long] = [peakMiB(6), peakMiB(60)];
  expect(short).toBeGreaterThan(0);
  expect(long / short).toBeLessThan(1.5);
});
