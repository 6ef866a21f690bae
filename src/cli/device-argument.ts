import { availableParallelism } from 'node:os';
import type { EngineName } from '../engine/engine.ts';
import { type ChosenDevice, chooseDevice, type DeviceChoice } from '../search/choose-device.ts';
import { UsageError, wholeNumber } from './command.ts';
import { checkDevice } from './engine-flags.ts';

interface DeviceArguments {
  readonly engine: EngineName;
  readonly device: DeviceChoice;
  /** Default: false. */
  readonly half?: boolean;
  /** Default: the number of cores. */
  readonly jobs: number | undefined;
  readonly model: string | undefined;
  readonly config: string | undefined;
  readonly 'clip-seconds': number;
}

/** Where the network runs, and by how many workers. */
export interface DeviceSettings extends ChosenDevice {
  readonly half: boolean;
  /** Undefined where it was left to TensorFlow.js. */
  readonly jobs: number | undefined;
}

/**
 * Chooses the device that is asked for.
 *
 * @param recorded what a study that exists was made with
 * @throws UsageError where the options do not go together; InputError where a device that is named does not start
 */
export async function deviceArgument(
  args: DeviceArguments,
  say: (text: string) => void,
  recorded?: { readonly device: string; readonly rowsPerCall?: number },
): Promise<DeviceSettings> {
  checkDevice(args);
  const jobs = wholeNumber('jobs', args.jobs ?? availableParallelism(), 1);
  const { half = false, model, config, 'clip-seconds': clipSeconds } = args;
  if (half && args.device === 'cpu')
    throw new UsageError('--half is for a --device other than cpu, which computes in float32');
  if (args.engine === 'tensorflow') return { device: 'cpu', rowsPerCall: undefined, half: false, jobs: args.jobs };
  const request = { device: args.device, half, model, config, clipSeconds, threads: jobs, recorded };
  const chosen = await chooseDevice(request, say);
  if (chosen.device === 'cpu') {
    if (half) say('--half is ignored: the CPU computes in float32.');
    return { ...chosen, half: false, jobs };
  }
  if (args.jobs !== undefined && args.jobs > 1) {
    say(
      `--jobs ${args.jobs} is ignored: on ${chosen.device} one worker has the network, and clips go through it together.`,
    );
  }
  // Two threads that use WebGPU at once end the process (onnxruntime-node 1.30), and on any device their networks would share one memory.
  return { ...chosen, half, jobs: 1 };
}
