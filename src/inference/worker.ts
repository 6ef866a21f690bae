import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { writeWav } from '../audio/wav.ts';
import type { Precision } from '../diffusion/process.ts';
import type { Device, EngineName } from '../engine/engine.ts';
import { InputError } from '../formats/input-error.ts';
import { writeWhole } from '../formats/write-whole.ts';
import type { ThreadData } from '../pool/threads.ts';
import { fillNormal } from '../random/noise.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';
import { readNoise } from './noise-file.ts';
import { createShowing, type Shown } from './shown.ts';
import { readSource, type Source } from './source.ts';
import { openVocoder, type Vocoder } from './vocoder.ts';

/** What every worker of a run is started with. */
export interface WorkerSettings {
  readonly checkpointPath: string;
  readonly configPath: string;
  readonly engine: EngineName;
  readonly device: Device;
  /** Of each worker, on the CPU. */
  readonly threads: number;
  readonly betas: readonly number[];
  readonly clamp: Clamp;
  readonly precision: Precision;
  readonly seed: number;
  readonly format: 'pcm16' | 'float32';
  /** One Int32: the evaluations of the network that all workers have made. */
  readonly calls: SharedArrayBuffer;
}

/** Speech to be made. */
export interface InferenceTask {
  readonly source: Source;
  readonly wav: string;
  /** The folder that every y_n is written to. Default: none is. */
  readonly states?: string;
  /** A file of noise. Default: what the seed says. */
  readonly noise?: string;
  /** Whether a page shows it. */
  readonly isShown: boolean;
}

/** Errors cross threads as data, since their class does not survive. */
export type InferenceResult =
  /** With the seconds that sampling took. */
  | { readonly kind: 'done'; readonly samples: number; readonly seconds: number; readonly shown?: Shown }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'bad-input'; readonly message: string };

const { settings, cancelled } = workerData as ThreadData<WorkerSettings>;
const cancelFlag = new Int32Array(cancelled);
const calls = new Int32Array(settings.calls);

let opened: Promise<Vocoder> | undefined;

/** The entry of every worker of a run: one file after another. */
export default async function work(task: InferenceTask): Promise<InferenceResult> {
  try {
    const { checkpointPath, configPath, engine, device, threads } = settings;
    opened ??= openVocoder(checkpointPath, configPath, { engine, device, threads });
    return await make(task, await opened);
  } catch (error) {
    if (error instanceof InputError) return { kind: 'bad-input', message: error.message };
    throw error;
  }
}

async function make(task: InferenceTask, vocoder: Vocoder): Promise<InferenceResult> {
  const { betas, clamp, precision, format } = settings;
  const { data_config: data } = vocoder.config;
  const { mel, recording } = await readSource(task.source, data);
  const samples = mel.frames * data.hop_length;
  const showing = task.isShown ? createShowing(data, betas.length) : undefined;
  const drawn = await noiseOf(task, samples);
  await vocoder.load(mel.frames);
  let secondsAside = 0;
  const keep = (n: number, state: Float32Array) => {
    const begin = performance.now();
    showing?.state(n, state);
    if (task.states !== undefined) {
      writeState(task.states, n, writeWav(state, data.sample_rate, 'float32'));
    }
    secondsAside += (performance.now() - begin) / 1000;
  };
  const begin = performance.now();
  const speech = await vocoder.synthesise({
    mels: mel.data,
    betas,
    clamp,
    precision,
    noise(out, k) {
      drawn(out, k);
      if (k === 0) keep(betas.length, out);
    },
    onCall: () => Atomics.add(calls, 0, 1),
    onStep: ({ k, of, state }) => keep(of - k, state),
    isCancelled: () => Atomics.load(cancelFlag, 0) !== 0,
  });
  const seconds = (performance.now() - begin) / 1000 - secondsAside;
  if (speech === undefined) return { kind: 'cancelled' };
  const wrong = speech.findIndex((sample) => !Number.isFinite(sample));
  if (wrong >= 0) {
    throw new InputError(
      `${task.wav}: expected finite samples, got ${speech[wrong]} at ${wrong}; the schedule may be for another clamp than ${clamp}`,
    );
  }
  await writeWhole(task.wav, writeWav(speech, data.sample_rate, format)).catch((error: Error) => {
    throw unwritable(task.wav, error);
  });
  return {
    kind: 'done',
    samples,
    seconds,
    shown: showing?.finish({ given: mel, speech, recording: recording?.samples.subarray(0, samples) }),
  };
}

/** Of a file of its own, or drawn: what a sample gets depends on the seed and its place alone. */
async function noiseOf(
  { noise: path }: InferenceTask,
  samples: number,
): Promise<(out: Float32Array, k: number) => void> {
  if (path === undefined) {
    const { seed } = settings;
    return (out, k) => fillNormal(out, { seed, purpose: 'inference', clip: 0, replicate: 0, k });
  }
  const rows = await readNoise(path, { steps: settings.betas.length, samples });
  return (out, k) => out.set(rows.subarray(k * samples, (k + 1) * samples));
}

/** At once, so that states do not wait in memory for each other. */
function writeState(folder: string, n: number, bytes: Uint8Array): void {
  const path = join(folder, `y_${String(n).padStart(String(settings.betas.length).length, '0')}.wav`);
  try {
    mkdirSync(folder, { recursive: true });
    // Whole, or not there.
    writeFileSync(`${path}.tmp`, bytes);
    renameSync(`${path}.tmp`, path);
  } catch (error) {
    rmSync(`${path}.tmp`, { force: true });
    throw unwritable(path, error as Error);
  }
}

function unwritable(path: string, error: Error): InputError {
  if (error instanceof InputError) return error;
  return new InputError(`${path}: the audio cannot be written here: ${error.message}`, { cause: error });
}
