import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeWav } from '../../audio/wav.ts';
import { InputError } from '../../formats/input-error.ts';
import { encodePng, type Image } from '../../formats/png.ts';
import { type AppendedFile, appendedFile } from './appended-file.ts';
import { type Event, eventRecord, type SummaryValue } from './event-record.ts';

/** The format that TensorBoard looks for in the first record. */
const FILE_VERSION = 'brain.Event:2';
/** SessionLog.START of event.proto. */
const SESSION_START = 1;
/** DT_STRING of types.proto. */
const STRING = 7;
/** DATA_CLASS_TENSOR of summary.proto. */
const TENSOR_CLASS = 2;
const RGB = 3;

/**
 * An event file of TensorBoard that grows. What is added is written soon after, in the order in which it came; whatever ends the
 * process, TensorBoard reads what was written until then. Tags may hold slashes, by which TensorBoard groups them. Steps are
 * whole numbers >= 0.
 */
export interface EventWriter {
  /** A number, kept as a float32; one that is not finite is written as it is. */
  scalar(tag: string, value: number, step: number): void;
  /**
   * Mono sound, kept as a WAV of 16 bits.
   *
   * @param samples in [-1, 1]; what lies beyond is clipped
   * @param sampleRate in Hz
   */
  audio(tag: string, samples: Float32Array, sampleRate: number, step: number): void;
  /** A picture, kept as a PNG. */
  image(tag: string, image: Image, step: number): void;
  /** Markdown for the text tab, with tables and fenced code blocks. */
  text(tag: string, markdown: string, step: number): void;
  /**
   * What was added is in the file.
   *
   * @throws InputError in one sentence if it cannot be written, such as on a full disk; nothing is lost by that: the next flush
   * tries again
   */
  flush(): Promise<void>;
  /**
   * Flushes and closes; nothing can be added any more.
   *
   * @throws InputError as flush does; the file is closed all the same
   */
  close(): Promise<void>;
}

/**
 * Begins a new event file in a folder, which is made where there is none. Its name sorts behind those of the event files that
 * the folder has, since TensorBoard reads a folder's files in that order; none of them is written to.
 *
 * @param options.wallTime the time now in seconds since 1970, asked for each event
 * @param options.from the last step that stays of a run that goes on, as a rule its checkpoint's; by default none, of a run
 * that begins. TensorBoard drops what older files say of later steps; its default loader (2.21) does so tag by tag, once a tag has
 * a later step in the new file.
 * @throws InputError if the folder or the file cannot be made
 */
export async function openEvents(
  folder: string,
  options: { readonly wallTime: () => number; readonly from?: number },
): Promise<EventWriter> {
  const { wallTime, from } = options;
  const file = await create(folder, Math.floor(wallTime()));
  const add = (event: Omit<Event, 'wall_time'>) => file.add(eventRecord({ wall_time: wallTime(), ...event }));
  const addValue = (value: SummaryValue, step: number) => add({ step, summary: { value: [value] } });

  add({ file_version: FILE_VERSION });
  // A start drops its own step too. The first of a folder drops nothing, so that even a run that begins must have one.
  add({ step: from === undefined ? 0 : from + 1, session_log: { status: SESSION_START } });
  try {
    await file.flush();
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }

  return {
    scalar: (tag, value, step) => addValue({ tag, simple_value: value }, step),
    audio(tag, samples, sampleRate, step) {
      const audio = {
        sample_rate: sampleRate,
        num_channels: 1,
        length_frames: samples.length,
        encoded_audio_string: writeWav(samples, sampleRate, 'pcm16'),
        content_type: 'audio/wav',
      };
      addValue({ tag, audio }, step);
    },
    image(tag, image, step) {
      const { width, height } = image;
      addValue({ tag, image: { height, width, colorspace: RGB, encoded_image_string: encodePng(image) } }, step);
    },
    text(tag, markdown, step) {
      // A shape of no dimensions: TensorBoard shows a vector of texts as a table.
      const tensor = { dtype: STRING, tensor_shape: {}, string_val: [new TextEncoder().encode(markdown)] };
      const metadata = { plugin_data: { plugin_name: 'text' }, data_class: TENSOR_CLASS };
      addValue({ tag, tensor, metadata }, step);
    },
    flush: () => file.flush(),
    close: () => file.close(),
  };
}

/** A new file events.out.tfevents.<seconds>.<host>.<process>, with more seconds than any of the folder where the clock was slow. */
async function create(folder: string, now: number): Promise<AppendedFile> {
  try {
    await mkdir(folder, { recursive: true });
    const older = (await readdir(folder)).map((name) =>
      Number(/^events\.out\.tfevents\.(\d{10})\./.exec(name)?.[1] ?? 0),
    );
    for (let seconds = Math.max(now, 1 + Math.max(0, ...older)); ; seconds++) {
      const name = `events.out.tfevents.${String(seconds).padStart(10, '0')}.${hostname()}.${process.pid}`;
      const path = join(folder, name);
      const file = await openNew(path);
      if (file) return appendedFile(file, path);
    }
  } catch (error) {
    throw new InputError(`${folder}: no event file can be made there: ${(error as Error).message}`, { cause: error });
  }
}

/** Undefined where there is such a file, which another process made at the same moment. */
async function openNew(path: string): Promise<FileHandle | undefined> {
  return open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
}
