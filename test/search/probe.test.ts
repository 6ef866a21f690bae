import { expect, test } from 'vitest';
import { type Probe, probeDevice } from '../../src/search/probe.ts';
import { tinyCheckpoint, tinyConfig } from '../model/tiny.ts';

const PROBE: Probe = {
  kind: 'rows',
  // Any device has this trial; the CPU's takes least time.
  device: 'cpu',
  threads: 1,
  half: false,
  checkpoint: tinyCheckpoint,
  config: tinyConfig,
  clipSeconds: 0.05,
};

test('rows are doubled, each time faster by the row', async () => {
  const { timings, reason } = await probeDevice(PROBE, 60);
  expect(reason).toBeUndefined();
  expect(timings.map(({ rows }) => rows)).toEqual(timings.map((_, i) => 2 ** i));
  const rates = timings.map(({ rows, seconds }) => rows / seconds);
  expect(rates).toEqual(rates.toSorted((a, b) => a - b));
});

test('what takes too long is ended, and that is the reason', async () => {
  const { timings, reason } = await probeDevice(PROBE, 0.01);
  expect(timings).toEqual([]);
  expect(reason).toBe('no more within 0.01 s');
});
