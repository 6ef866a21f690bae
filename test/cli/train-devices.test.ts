import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/command.ts';
import { halfPrecisionRemarks, parseDevices, planWorkers } from '../../src/cli/train-devices.ts';

describe('--device', () => {
  test.each([
    ['cpu', [['cpu', 0]]],
    ['cuda', [['cuda', 0]]],
    ['cuda:3', [['cuda', 3]]],
    [
      'cuda:0, cuda:1',
      [
        ['cuda', 0],
        ['cuda', 1],
      ],
    ],
    [
      'cuda,cpu',
      [
        ['cuda', 0],
        ['cpu', 0],
      ],
    ],
  ])('%s', (text, expected) => {
    expect(parseDevices(text).map(({ device, deviceId }) => [device, deviceId])).toEqual(expected);
  });

  test.each(['', 'gpu', 'cpu:1', 'cuda:', 'cuda:-1', 'cuda:1:2', 'cuda:1.5', 'cuda,', 'CPU'])('not %j', (text) => {
    expect(() => parseDevices(text)).toThrow(UsageError);
    expect(() => parseDevices(text)).toThrow(
      `--device must be cpu, cuda, webgpu, coreml, dml or a list such as cuda:0,cuda:1, got ${text}`,
    );
  });
});

const MACHINE = { cores: 8, memoryBytes: 2 ** 34, parameters: 15_810_401, batchSize: 8, half: false };

describe('workers', () => {
  const plan = (device: string, wanted: Partial<Parameters<typeof planWorkers>[1]> = {}) => {
    const { jobs, engines } = planWorkers(parseDevices(device), { ...MACHINE, batchSize: 32, ...wanted });
    return { jobs, engines: engines.map(({ device: name, deviceId, threads }) => [name, deviceId, threads]) };
  };

  test('on the CPU are one for each core, of one thread', () => {
    expect(plan('cpu')).toEqual({ jobs: 8, engines: [['cpu', 0, 1]] });
    expect(plan('cpu', { cores: 1 })).toEqual({ jobs: 1, engines: [['cpu', 0, 1]] });
  });

  test('are as many as asked for, and share the cores', () => {
    expect(plan('cpu', { jobs: 2 })).toEqual({ jobs: 2, engines: [['cpu', 0, 4]] });
    expect(plan('cpu', { threads: 3 })).toEqual({ jobs: 2, engines: [['cpu', 0, 3]] });
    expect(plan('cpu', { jobs: 16 })).toEqual({ jobs: 16, engines: [['cpu', 0, 1]] });
    expect(plan('cpu', { jobs: 3, threads: 5 })).toEqual({ jobs: 3, engines: [['cpu', 0, 5]] });
  });

  test('are no more than a batch has rows', () => {
    expect(plan('cpu', { batchSize: 2 })).toEqual({ jobs: 2, engines: [['cpu', 0, 4]] });
    expect(plan('cuda:0,cuda:1', { batchSize: 1 }).jobs).toBe(1);
  });

  test('take half of the memory beside their rows, unless as many are asked for', () => {
    // 64 MiB and 32 bytes a weight make 573 MB a worker, of which 14 go into 8 GiB.
    const large = { cores: 64, batchSize: 96 };
    expect(plan('cpu', large)).toEqual({ jobs: 14, engines: [['cpu', 0, 4]] });
    expect(plan('cpu', { ...large, memoryBytes: 2 ** 38 }).jobs).toBe(64);
    expect(plan('cpu', { ...large, parameters: 1_036_673 }).jobs).toBe(64);
    expect(plan('cpu', { ...large, memoryBytes: 2 ** 29 }).jobs).toBe(1);
    expect(plan('cpu', { ...large, jobs: 64 }).jobs).toBe(64);
  });

  test('on other devices are one for each', () => {
    const two = [
      ['cuda', 0, 1],
      ['cuda', 1, 1],
    ];
    expect(plan('cuda:0,cuda:1')).toEqual({ jobs: 2, engines: two });
    expect(plan('cuda:0,cuda:1', { jobs: 4 })).toEqual({ jobs: 4, engines: two });
  });
});

test('half precision is for devices that have it, and ignored on the CPU', () => {
  expect(halfPrecisionRemarks(parseDevices('cpu'))).toEqual(['use_fp16 is ignored: the CPU computes in float32.']);
  expect(halfPrecisionRemarks(parseDevices('cuda'))).toEqual([]);
  const halves = (device: string, half: boolean) =>
    planWorkers(parseDevices(device), { ...MACHINE, half }).engines.map((engine) => engine.half);
  expect(halves('cpu', true)).toEqual([false]);
  expect(halves('cuda:0,cuda:1', true)).toEqual([true, true]);
  expect(halves('cuda', false)).toEqual([false]);
  // Gradients of one scale are not summed with those of another.
  expect(halves('cuda,cpu', true)).toEqual([false, false]);
  expect(halfPrecisionRemarks(parseDevices('cuda,cpu'))).toEqual(halfPrecisionRemarks(parseDevices('cpu')));
});
