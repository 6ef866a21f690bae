import { DEVICES, type Device, type EngineOptions } from '../engine/engine.ts';
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

/** What to say of a config that asks for half precision; nothing where all devices have it. */
export function halfPrecisionRemarks(devices: readonly NamedDevice[]): string[] {
  return haveHalf(devices) ? [] : ['use_fp16 is ignored: the CPU computes in float32.'];
}

/** All or none of them: gradients are summed, so that each must be multiplied by the same scale of the loss. */
function haveHalf(devices: readonly NamedDevice[]): boolean {
  return devices.every(({ device }) => device !== 'cpu');
}

/**
 * Bytes that a worker takes on the CPU beside its rows: its engine, and for each weight copies of it and of its gradient and what the
 * engine lays out anew. Measured as the growth of a process in a step, less that of its rows: at most 0.5 GB for 15.8 million weights
 * and 0.09 GB for 1.04 million. A row of 7,200 samples takes 0.3 and 0.08 GB, however many workers there are.
 */
const WORKER_BYTES = 2 ** 26;
const BYTES_A_WEIGHT = 32;

/**
 * How many workers train, and on what. On the CPU workers of one thread each are faster than the threads of one: for the loss and its
 * gradients on two cores, before convolutions were moved below upsampling, 0.30 s against 0.36 s (a quarter of the default width, batches
 * of 8), and 1.6 s against 1.9 s (the default width, batches of 4). Without `jobs` they take at most half of the memory beside their rows.
 *
 * @param wanted.batchSize rows that can be shared out
 * @param wanted.memoryBytes of the machine, whether free or not: a run that goes on must get the same workers
 */
export function planWorkers(
  devices: readonly NamedDevice[],
  wanted: {
    readonly jobs?: number;
    readonly threads?: number;
    readonly cores: number;
    readonly batchSize: number;
    readonly memoryBytes: number;
    /** Numbers of all weights. */
    readonly parameters: number;
    /** Half precision, where all devices have it. */
    readonly half: boolean;
  },
): { readonly jobs: number; readonly engines: readonly EngineOptions[] } {
  const { cores, batchSize, memoryBytes, parameters } = wanted;
  const isOnCpu = devices.every(({ device }) => device === 'cpu');
  const affordable = memoryBytes / 2 / (WORKER_BYTES + BYTES_A_WEIGHT * parameters);
  const onCpu = Math.max(1, Math.floor(Math.min(cores / (wanted.threads ?? 1), affordable)));
  const natural = isOnCpu ? onCpu : devices.length;
  const jobs = Math.min(wanted.jobs ?? natural, batchSize);
  const threads = wanted.threads ?? (isOnCpu ? Math.max(1, Math.floor(cores / jobs)) : 1);
  const half = wanted.half && haveHalf(devices);
  return { jobs, engines: devices.map((each) => ({ ...each, threads, half })) };
}
