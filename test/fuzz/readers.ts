/** Every reader of what a user or another machine gives, with small valid files: the table that the fuzzing goes through. A new reader is one more row. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filelistLines } from '../../src/audio/filelist.ts';
import { readFlac } from '../../src/audio/flac.ts';
import { readMel, writeMel } from '../../src/audio/mel-file.ts';
import { readMp3 } from '../../src/audio/mp3.ts';
import { readOgg } from '../../src/audio/ogg.ts';
import { readWav, writeWav } from '../../src/audio/wav.ts';
import { parseJson } from '../../src/formats/json.ts';
import { readNpy, writeNpy } from '../../src/formats/npy.ts';
import { readNpz, writeNpz } from '../../src/formats/npz.ts';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import { writePyTorch } from '../../src/formats/pytorch-writer.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { storedZipEntries } from '../../src/formats/zip-entries.ts';
import { readNoise } from '../../src/inference/noise-file.ts';
import { loadConfig } from '../../src/model/load-config.ts';
import { PROTOCOL, readAnnouncement, readHeader, readRegistration, readReply } from '../../src/pool/queue/messages.ts';
import { readScheduleFile, writeScheduleFile } from '../../src/schedule/files/index.ts';
import { parsePythonList } from '../../src/schedule/files/python-list.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { readJournal } from '../../src/search/journal.ts';
import { readListening, type Voice, writeListening } from '../../src/search/listening.ts';
import { readOutcome } from '../../src/search/outcome.ts';
import { readResult, readTask, writeResult } from '../../src/search/queue-messages.ts';
import { readQueuedStudy } from '../../src/search/queue-study.ts';
import { readStudy } from '../../src/search/read-study.ts';
import { search } from '../../src/search/search.ts';
import { STRATEGIES } from '../../src/search/strategies/index.ts';
import { openStudy, studyPaths } from '../../src/search/study.ts';
import type { WorkerResult, WorkerTask } from '../../src/search/worker.ts';
import { parseTraining } from '../../src/training/training-config.ts';
import { fixture } from '../audio/bytes.ts';
import { writeFlac, writeSilence } from '../audio/flac-writer.ts';
import { writeMp3Frame } from '../audio/mp3-writer.ts';
import { withChecksums } from '../audio/ogg-writer.ts';
import { sine } from '../audio/signals.ts';
import { torchFile } from '../formats/torch-file.ts';
import { decodeAll } from '../formats/values.ts';
import { oraclePool, settings } from '../search/fake-study.ts';
import { joined } from './damage.ts';
import type { Content } from './mutate.ts';

/** A reader that is about to be fed. */
export interface OpenReader {
  /** Small valid files; a mutant is made of one or two of them. */
  readonly seeds: readonly Uint8Array[];
  /** Reads one as a command would. */
  read(bytes: Uint8Array): unknown;
  close(): void;
}

interface Reader {
  readonly content: Content;
  /** @param folder an empty one of its own, for what is read by its path */
  open(folder: string): Promise<Omit<OpenReader, 'close'>>;
}

/** In front of every message; control characters of a file would come after it. */
const WHERE = 'file';

const of = (content: Content, seeds: () => readonly Uint8Array[], read: (bytes: Uint8Array) => unknown): Reader => ({
  content,
  open: async () => ({ seeds: seeds(), read }),
});

const text = (...lines: readonly string[]) => new TextEncoder().encode(lines.join('\n'));
const data = Float32Array.from({ length: 12 }, (_, i) => i / 7);
const tensor = { shape: [3, 4], data };
const tone = () => sine(440, 22050, 400);
const integers = () => Int16Array.from(tone(), (x) => Math.round(x * 32767));

const pyTorchFiles = () => [
  writePyTorch(tensor),
  writePyTorch([1e-6, 2e-5, 0.5]),
  writePyTorch(new Map([['model', new Map([['weight', tensor]])]])),
  formatFixture('torch-1.13.pt'),
  formatFixture('torch-1.13-protocol-4.pt'),
];

/** Of a hostile file the checksums are right: its pickle is what is changed, and packed again. */
const packedAgain = (pickle: Uint8Array) => torchFile(pickle, { 0: new Uint8Array(48) });

const pickles = () =>
  pyTorchFiles()
    .slice(0, 3)
    .flatMap((file) =>
      [...storedZipEntries(file, WHERE)].filter(([name]) => name.endsWith('data.pkl')).map(([, bytes]) => bytes),
    );

const schedule = NoiseSchedule.fromBetas([1e-6, 2e-4, 0.01, 0.2], { name: 'four', source: 'a test' });

const ofSchedule = (ending: string, content: Content): Reader => ({
  content,
  async open() {
    const { content: written } = await writeScheduleFile(`four${ending}`, schedule);
    const bytes = typeof written === 'string' ? text(written) : written;
    return { seeds: [bytes], read: (mutant) => readScheduleFile(mutant, `file${ending}`) };
  },
});

/** One file of a small finished study, which is read with the others as they were. */
const ofStudy = (name: string, content: Content, read: (folder: string) => unknown): Reader => ({
  content,
  async open(folder) {
    const study = await openStudy(folder, settings({ steps: 3, budget: 24 }), {}, 0);
    const strategy = STRATEGIES.random({ steps: 3, seed: 0, baselines: [] });
    await search({ study, strategy, baselines: [], pool: oraclePool() });
    const signals = [tone(), tone()];
    const voice: Voice = { role: 'winner', name: 'trial 1', betas: [0.1, 0.2, 0.3], scores: [0.5, 0.25], signals };
    const clips = signals.map((recording, i) => ({ name: `clip ${i}`, recording }));
    await writeListening(folder, { clips, voices: [voice] }, 22050);
    return fromPath(join(folder, name), () => read(folder));
  },
});

function fromPath(path: string, read: () => unknown): Omit<OpenReader, 'close'> {
  return {
    seeds: [new Uint8Array(readFileSync(path))],
    read(bytes) {
      writeFileSync(path, bytes);
      return read();
    },
  };
}

/** Messages that come through a queue. */
function ofQueue(messages: readonly unknown[], read: (message: string) => unknown): Reader {
  const seeds = () => messages.map((message) => text(JSON.stringify(message)));
  return of('json', seeds, (bytes) => read(new TextDecoder().decode(bytes)));
}

const HASH = 'ab'.repeat(32);

function announcement() {
  const clips = { scoring: 2, heldout: 2, samples: 100 };
  const settings = { frames: 4, clipsPerCall: 1, seed: 0, clamp: 'x0', precision: 'float64' };
  const file = { hash: HASH, bytes: 1600 };
  const files = { checkpoint: { ...file, ending: '.pt' }, config: file, clips: file };
  const probe = { hash: HASH, score: 0.5 };
  const content = { name: 'model', engine: 'onnxruntime 1', settings, clips, files, probe, mixed: false };
  const run = '0123456789abcdef';
  return { protocol: PROTOCOL, program: '0.1.0', run, host: 'here', pid: 1, start: 1, content };
}

const queueTask: WorkerTask = {
  kind: 'jobs',
  jobs: [
    {
      kind: 'evaluation',
      betas: [0.1, 0.2],
      set: 'scoring',
      purpose: 'scoring',
      replicate: 0,
      metrics: ['log-mel-l1'],
      clips: [0, 1],
      audible: true,
    },
    { kind: 'clean-error', sigma: 0.5 },
    { kind: 'score-gradient', betas: [0.1, 0.2], replicate: 0 },
  ],
};

function replies() {
  const result: WorkerResult = {
    kind: 'jobs',
    worker: 1,
    results: [
      {
        kind: 'evaluation',
        distances: { 'log-mel-l1': [0.5] },
        signals: [Float32Array.of(0, 0.5, -0.5)],
        nfe: 2,
        seconds: 0.1,
        networkSeconds: 0.1,
      },
      { kind: 'clean-error', errors: [0.1, 0.2], nfe: 1, seconds: 0.1 },
      { kind: 'score-gradient', gradient: [0.1, 0.2], nfe: 4, seconds: 0.1 },
    ],
  };
  const done = { kind: 'done', worker: 'here-1', mark: HASH, result: writeResult(result) };
  return [done, { kind: 'thrown', worker: 'here-1', message: 'no' }];
}

const READERS = {
  'PyTorch (.pt)': of('bytes', pyTorchFiles, (bytes) => decodeAll(readPyTorch(bytes, WHERE))),
  'PyTorch, its pickle with checksums that fit': of('bytes', pickles, (bytes) =>
    decodeAll(readPyTorch(packedAgain(bytes), WHERE)),
  ),
  safetensors: of('bytes', safetensorsFiles, (bytes) => decodeAll([...readSafetensors(bytes, WHERE).tensors.values()])),
  'safetensors, its header with a length that fits': of(
    'json',
    () => safetensorsFiles().map((bytes) => bytes.subarray(8, 8 + bytes[0]! + 256 * bytes[1]!)),
    (header) => decodeAll([...readSafetensors(withHeader(header), WHERE).tensors.values()]),
  ),
  '.npy': of('bytes', npyFiles, (bytes) => decodeAll(readNpy(bytes, WHERE))),
  '.npz': of('bytes', npzFiles, (bytes) => decodeAll([...readNpz(bytes, WHERE).values()])),
  WAV: of('bytes', wavFiles, (bytes) => readWav(bytes, WHERE)),
  FLAC: of('bytes', flacFiles, (bytes) => readFlac(bytes, WHERE)),
  MP3: of('bytes', mp3Files, (bytes) => readMp3(bytes, WHERE)),
  'Ogg Vorbis': of('bytes', oggFiles, (bytes) => readOgg(bytes, WHERE)),
  'Ogg Vorbis, with checksums that fit': of('bytes', oggFiles, (bytes) => readOgg(withChecksums(bytes), WHERE)),
  'mel (.pt, .npy, safetensors)': of('bytes', melFiles, (bytes) => readMel(bytes, WHERE)),
  noise: {
    content: 'bytes',
    async open(folder) {
      const path = join(folder, 'noise.npy');
      writeFileSync(path, writeNpy({ shape: [2, 6], data }));
      return fromPath(path, () => readNoise(path, { steps: 2, samples: 6 }));
    },
  },
  'config.json': {
    content: 'json',
    async open(folder) {
      const path = join(folder, 'config.json');
      writeFileSync(path, readFileSync(fileURLToPath(new URL('../fixtures/default-config.json', import.meta.url))));
      return fromPath(path, async () => parseTraining(await loadConfig(path), WHERE));
    },
  },
  'schedule (.json)': ofSchedule('.json', 'json'),
  'schedule (.csv)': ofSchedule('.csv', 'text'),
  'schedule (.npy)': ofSchedule('.npy', 'bytes'),
  'schedule (.npz)': ofSchedule('.npz', 'bytes'),
  'schedule (.pt)': ofSchedule('.pt', 'bytes'),
  'Python list': of(
    'text',
    () => [text('torch.tensor([1e-6, 2e-5, 0.5], dtype=torch.float32)'), text('[np.float64(1e-06), 0.25,]')],
    (bytes) => parsePythonList(new TextDecoder().decode(bytes)),
  ),
  filelist: of(
    'text',
    () => [text('# voices', 'a/one.wav|Some text.', 'two words.flac', '../three.mp3', '')],
    (bytes) => filelistLines(bytes, WHERE),
  ),
  'study.json': ofStudy('study.json', 'json', readStudy),
  'trials.csv': ofStudy('trials.csv', 'text', readStudy),
  'best.json': ofStudy('best.json', 'json', (folder) => readOutcome(studyPaths(folder).best)),
  'journal.jsonl': ofStudy('journal.jsonl', 'json lines', (folder) => readJournal(studyPaths(folder).journal)),
  'listening.json': ofStudy('listening/listening.json', 'json', readListening),
  'queue: what a search announces': ofQueue([announcement()], (message) => {
    readHeader(message, WHERE);
    readQueuedStudy(readAnnouncement(message, WHERE).content, WHERE);
  }),
  'queue: a worker': ofQueue([{ run: 'ab', host: 'here', slots: 8 }], (message) => readRegistration(message, WHERE)),
  'queue: a task': ofQueue([queueTask], (message) => readTask(parseJson(message, WHERE), WHERE)),
  'queue: what came of a task': ofQueue(replies(), (message) => {
    const reply = readReply(message, WHERE);
    const counts = { scoring: 2, heldout: 2, samples: 3 };
    if (reply.kind === 'done') readResult(reply.result, queueTask, counts, WHERE);
  }),
} as const satisfies Record<string, Reader>;

export type ReaderName = keyof typeof READERS;

export const READER_NAMES = Object.keys(READERS) as ReaderName[];

export const contentOf = (name: ReaderName): Content => READERS[name].content;

/** Makes a reader's valid files, checks that it reads them, and gives both. */
export async function openReader(name: ReaderName): Promise<OpenReader> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const opened = await (READERS[name] as Reader).open(folder);
  for (const seed of opened.seeds) await opened.read(seed);
  return { ...opened, close: () => rmSync(folder, { recursive: true }) };
}

function formatFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../formats/fixtures/${name}`, import.meta.url)));
}

function safetensorsFiles(): Uint8Array[] {
  const bias = { shape: [12], data, dtype: 'F16' } as const;
  const tensors = new Map<string, typeof tensor | typeof bias>([
    ['weight', tensor],
    ['bias', bias],
  ]);
  return [writeSafetensors(tensors, { format: 'pt', iteration: '3' })];
}

/** A safetensors file of 1 kB of numbers under any header. */
function withHeader(header: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, header.length, true);
  return joined(joined(length, header), new Uint8Array(72));
}

function npyFiles(): Uint8Array[] {
  const own = [writeNpy(tensor), writeNpy({ shape: [2], data: Float64Array.of(1, 2) })];
  const names = readdirSync(new URL('../formats/fixtures', import.meta.url)).filter((name) => name.endsWith('.npy'));
  return [...own, ...names.map(formatFixture)];
}

function npzFiles(): Uint8Array[] {
  const own = writeNpz(new Map([['beta', { shape: [12], data }]]));
  return [own, formatFixture('numpy-1.24.npz'), formatFixture('numpy-1.24-compressed.npz')];
}

function wavFiles(): Uint8Array[] {
  return [writeWav(tone(), 22050, 'pcm16'), writeWav(tone(), 22050, 'float32')];
}

function flacFiles(): Uint8Array[] {
  return [writeFlac(integers()), writeFlac(integers(), { subframeType: 0 }), writeSilence(1)];
}

function mp3Files(): Uint8Array[] {
  const silence = joined(writeMp3Frame(), joined(writeMp3Frame({ checksum: 0 }), writeMp3Frame()));
  return [silence, fixture('mono-22050-cbr.mp3'), fixture('stereo-44100-vbr.mp3'), fixture('mono-22050-untagged.mp3')];
}

function oggFiles(): Uint8Array[] {
  return [fixture('mono-22050.ogg'), fixture('stereo-44100.ogg')];
}

function melFiles(): Uint8Array[] {
  const mel = { data, nMels: 3, frames: 4 };
  return [writeMel(mel, 'pt'), writeMel(mel, 'npy'), writeMel(mel, 'safetensors')];
}
