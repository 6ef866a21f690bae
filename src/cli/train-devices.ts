import { DEVICES, type Device, type EngineOptions } from '../engine/onnxruntime/program.ts';
import { UsageError } from './command.ts';

/** A device by name, of CUDA's with its number. */
export interface NamedDevice {
  readonly device: Device;
  readonly deviceId: number;
}

/**
 * Reads `--device`: one or more of the engine's devices, separated by commas, cuda with a number after a colon.
 *
 * @throws UsageError where one is not known
 */
export function parseDevices(text: string): NamedDevice[] {
  return text.split(',').map((part) => {
    const [name, number, ...more] = part.trim().split(':');
    const device = DEVICES.find((each) => each === name);
    const fits = more.length === 0 && (number === undefined || (device === 'cuda' && /^\d+$/.test(number)));
    if (device === undefined || !fits) {
      throw new UsageError(`--device must be ${DEVICES.join(', ')} or a list such as cuda:0,cuda:1, got ${text}`);
    }
    return { device, deviceId: Number(number ?? 0) };
  });
}

/** What to say of a config that asks for half precision; nothing where the devices have it. */
export function halfPrecisionRemarks(devices: readonly NamedDevice[]): string[] {
  return devices.some(({ device }) => device === 'cpu') ? ['use_fp16 is ignored: the CPU computes in float32.'] : [];
}

/**
 * How many workers train, and on what. On the CPU workers of one thread each are faster than the threads of one: on two cores 0.30 s a
 * step against 0.36 s (a quarter of the default width, batches of 8), and 1.6 s against 1.9 s (the default width, batches of 4).
 *
 * @param batchSize rows that can be shared out
 */
export function planWorkers(
  devices: readonly NamedDevice[],
  wanted: {
    readonly jobs?: number;
    readonly threads?: number;
    readonly cores: number;
    readonly batchSize: number;
    /** Half precision, where a device has it. */
    readonly half: boolean;
  },
): { readonly jobs: number; readonly engines: readonly EngineOptions[] } {
  const { cores, batchSize } = wanted;
  const isOnCpu = devices.every(({ device }) => device === 'cpu');
  const natural = isOnCpu ? Math.max(1, Math.floor(cores / (wanted.threads ?? 1))) : devices.length;
  const jobs = Math.min(wanted.jobs ?? natural, batchSize);
  const threads = wanted.threads ?? (isOnCpu ? Math.max(1, Math.floor(cores / jobs)) : 1);
  return { jobs, engines: devices.map((each) => ({ ...each, threads, half: wanted.half && each.device !== 'cpu' })) };
}
