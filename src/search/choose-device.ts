import { DEVICES, type Device } from '../engine/engine.ts';
import { startableDevices } from '../engine/onnxruntime/program.ts';
import { InputError } from '../formats/input-error.ts';
import { DEMO } from '../model/demo.ts';
import { modelFiles } from '../model/model-files.ts';
import { type Probe, probeDevice } from './probe.ts';

/** Where a network may be asked to run: auto is where it is fastest. */
export type DeviceChoice = 'auto' | Device;

export interface DeviceRequest {
  readonly device: DeviceChoice;
  /** Products of matrices in half precision, wherever the device is not the CPU. */
  readonly half: boolean;
  /** Checkpoint, or the folder it is in; default: the demo's. */
  readonly model?: string;
  /** Default: config.json beside the checkpoint. */
  readonly config?: string;
  readonly clipSeconds: number;
  /** Of the CPU, that the work would have. */
  readonly threads: number;
  /** What a study that exists was made with. */
  readonly recorded?: { readonly device: string; readonly rowsPerCall?: number };
}

/** A device, and how many clips go through the network together there; undefined on the CPU, where each goes alone. */
export interface ChosenDevice {
  readonly device: Device;
  readonly rowsPerCall: number | undefined;
}

/** A software driver takes minutes for what a GPU does at once. */
const TIMING_LIMIT_SECONDS = 60;
const ROWS_LIMIT_SECONDS = 300;

/**
 * The device that is asked for; where that is auto, the one that an existing study has, or the one that is fastest at a network evaluation
 * of one clip. Then, but on the CPU, how many clips should go through the network together there: as many as fit its memory and are faster
 * by the clip.
 *
 * @param say told what was taken and why not the others
 * @throws InputError where a device that is named does not start
 */
export async function chooseDevice(request: DeviceRequest, say: (text: string) => void): Promise<ChosenDevice> {
  const { recorded } = request;
  const known = DEVICES.find((device) => device === recorded?.device);
  if (known !== undefined && (request.device === 'auto' || request.device === known)) {
    if (request.device === 'auto') say(`--device auto: ${known}, as the study was made.`);
    if (known === 'cpu') return { device: known, rowsPerCall: undefined };
    if (recorded?.rowsPerCall !== undefined) return { device: known, rowsPerCall: recorded.rowsPerCall };
  }
  if (request.device === 'cpu') return { device: 'cpu', rowsPerCall: undefined };
  const about = await aboutOf(request);
  if (request.device !== 'auto')
    return { device: request.device, rowsPerCall: await rowsOn(request.device, about, say) };
  const device = known ?? (await fastest(about, say));
  return { device, rowsPerCall: device === 'cpu' ? undefined : await rowsOn(device, about, say) };
}

/**
 * The device that is asked for, for one clip at a time; where that is auto, the fastest.
 *
 * @param say told what was taken and why not the others
 * @throws InputError where a device that is named does not start
 */
export async function chooseForOne(
  request: Omit<DeviceRequest, 'recorded'>,
  say: (text: string) => void,
): Promise<Device> {
  const { device } = request;
  if (device === 'cpu') return device;
  const about = await aboutOf(request);
  if (device === 'auto') return fastest(about, say);
  const { timings, reason } = await probeDevice({ ...about, kind: 'time', device }, TIMING_LIMIT_SECONDS);
  if (timings.length === 0) throw new InputError(`--device ${device}: ${reason}`);
  return device;
}

type About = Omit<Probe, 'kind' | 'device'>;

async function aboutOf({ model, config, half, threads, clipSeconds }: DeviceRequest): Promise<About> {
  const files = await modelFiles(model ?? DEMO);
  return { half, threads, clipSeconds, checkpoint: files.checkpoint, config: config ?? files.config };
}

async function rowsOn(device: Device, about: About, say: (text: string) => void): Promise<number> {
  const { timings, reason } = await probeDevice({ ...about, kind: 'rows', device }, ROWS_LIMIT_SECONDS);
  const best = timings.at(-1);
  if (best === undefined) throw new InputError(`--device ${device}: ${reason}`);
  const each = best.rows === 1 ? 'one clip goes' : `${best.rows} clips go`;
  say(`${device}: ${each} through the network at a time, in ${inSeconds(best.seconds)}`);
  return best.rows;
}

async function fastest(about: About, say: (text: string) => void): Promise<Device> {
  const time = (device: Device) => probeDevice({ ...about, kind: 'time', device }, TIMING_LIMIT_SECONDS);
  const onCpu = await time('cpu');
  // It starts everywhere, so that it is the model that does not.
  if (onCpu.timings[0] === undefined) throw new InputError(onCpu.reason!);
  const tried: { device: Device; seconds: number; reason: string | undefined }[] = [
    { device: 'cpu', seconds: onCpu.timings[0].seconds, reason: undefined },
  ];
  // One after another: side by side they would slow each other down.
  for (const device of (await startableDevices()).filter((other) => other !== 'cpu')) {
    const { timings, reason } = await time(device);
    tried.push({ device, seconds: timings[0]?.seconds ?? Number.POSITIVE_INFINITY, reason });
  }
  const taken = tried.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  say(`--device auto: ${taken.device}, ${inSeconds(taken.seconds)} an evaluation of the network`);
  for (const { device, seconds, reason } of tried) {
    if (device === taken.device) continue;
    const slower = `${inSeconds(seconds)} an evaluation, ${taken.device} ${inSeconds(taken.seconds)}`;
    say(`${device}: ${Number.isFinite(seconds) ? slower : reason}`);
  }
  return taken.device;
}

function inSeconds(seconds: number): string {
  return `${seconds.toPrecision(2)} s`;
}
