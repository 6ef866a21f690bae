import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/command.ts';
import { deviceArgument } from '../../src/cli/device-argument.ts';

const ARGS = {
  device: 'cpu',
  jobs: 3,
  model: undefined,
  config: undefined,
  'clip-seconds': 1,
  engine: 'onnxruntime' as const,
} as const;

/** A study that was made on a GPU, so that none is tried. */
const RECORDED = { device: 'cuda', rowsPerCall: 16 };

/** What comes of the options, and what is said. */
async function chosen(args: Partial<Parameters<typeof deviceArgument>[0]>, recorded?: typeof RECORDED) {
  const said: string[] = [];
  return { settings: await deviceArgument({ ...ARGS, ...args }, (text) => said.push(text), recorded), said };
}

test('on the CPU there are as many workers as jobs', async () => {
  const settings = { device: 'cpu', rowsPerCall: undefined, half: false, jobs: 3 };
  expect(await chosen({})).toEqual({ settings, said: [] });
});

describe('on another device', () => {
  test('there is one worker, and that is said to who asks for more', async () => {
    const settings = { ...RECORDED, half: false, jobs: 1 };
    expect(await chosen({ device: 'cuda', jobs: undefined }, RECORDED)).toEqual({ settings, said: [] });
    const { said } = await chosen({ device: 'cuda' }, RECORDED);
    expect(said).toEqual([
      '--jobs 3 is ignored: on cuda one worker has the network, and clips go through it together.',
    ]);
  });

  test('half precision is taken, but not on the CPU', async () => {
    const { settings } = await chosen({ device: 'cuda', half: true, jobs: 1 }, RECORDED);
    expect(settings.half).toBe(true);
    await expect(chosen({ half: true })).rejects.toThrow(UsageError);
    const onCpu = await deviceArgument({ ...ARGS, device: 'auto', half: true }, () => {}, { device: 'cpu' });
    expect(onCpu.half).toBe(false);
  });
});
