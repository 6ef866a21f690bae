import { createHash } from 'node:crypto';
import { inspectAudio, type Refusal } from './read-clip.ts';

/** What a recording holds. */
export interface Inspection {
  readonly kind: 'inspected';
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples of each channel. */
  readonly length: number;
  /** Once mixed down; 1 is full scale. */
  readonly peak: number;
  readonly rms: number;
  /** SHA-256 of the samples once mixed down, in hexadecimal: files of the same sound have the same. */
  readonly hash: string;
}

/** The entry of every worker that looks at recordings for filelists. */
export default async function work(path: string): Promise<Inspection | Refusal> {
  const inspected = await inspectAudio(path);
  if (inspected.kind === 'refused') return inspected;
  const { samples, sampleRate, channels } = inspected.audio;
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { kind: 'inspected', sampleRate, channels, length: samples.length, ...inspected.level, hash };
}
