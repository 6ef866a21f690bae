import type { Device, EngineName } from '../engine/engine.ts';
import { chooseForOne, type DeviceChoice } from '../search/choose-device.ts';
import { checkDevice } from './engine-flags.ts';

interface WhereArguments {
  readonly engine: EngineName;
  readonly device: DeviceChoice;
  /** Of the CPU, for all workers together. */
  readonly threads: number;
  readonly model: string | undefined;
  readonly config: string | undefined;
}

/** Where the network runs, one file at a time in each worker. */
export interface Where {
  readonly engine: EngineName;
  readonly device: Device;
  /** Of the CPU, for all workers together; 1 elsewhere, where there is one worker. */
  readonly threads: number;
}

/** About a chunk of a file. */
const CLIP_SECONDS = 1.5;

/**
 * Chooses the device that is asked for.
 *
 * @throws UsageError where the options do not go together; InputError where a device that is named does not start
 */
export async function whereToRun(args: WhereArguments, say: (text: string) => void): Promise<Where> {
  checkDevice(args);
  const { engine, model, config, threads } = args;
  if (engine === 'tensorflow') return { engine, device: 'cpu', threads };
  const about = { half: false, model, config, clipSeconds: CLIP_SECONDS, threads };
  const device = await chooseForOne({ ...about, device: args.device }, say);
  return { engine, device, threads: device === 'cpu' ? threads : 1 };
}
