import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAudio } from '../src/audio/decode.ts';
import { logMel } from '../src/audio/mel.ts';
import { resample } from '../src/audio/resample.ts';
import { writeWav } from '../src/audio/wav.ts';
import { writeNpy } from '../src/formats/npy.ts';
import { loadConfig } from '../src/model/load-config.ts';
import { sandbox } from './cli/sandbox.ts';

const repository = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { bin } = JSON.parse(readFileSync(repository('package.json'), 'utf8')) as { bin: Record<string, string> };
const commands = Object.keys(bin);
const { at, shell } = sandbox('schedule-search', ...commands);

/** What needs the network, a Redis, a GPU or hours. */
const ELSEWHERE = [
  /^npm (ci|test|install)\b/,
  /^(apt-get|dpkg) /,
  /\bfestvox\b/,
  /--queue\b/,
  /^redis-server /,
  /--steps 12000\b/,
];

const FEW_CLIPS = '--clip-count 2 --clip-seconds 0.1';

/** What is added to a line for it to have less to do. */
function less(line: string): string {
  switch (line.split(' ')[1]) {
    case 'schedule-search':
      return `${FEW_CLIPS} --budget 12`;
    case 'schedule-compare':
    case 'schedule-transfer':
      return `${FEW_CLIPS} --replicates 1`;
    case 'schedule-train':
      return line.includes('--init') ? '' : '--steps 1 --test short --resample';
    case 'schedule-bench':
      return `--limit 0.1 --seconds 0.1 --runs 2${line.includes('--iters') ? '' : ' --iters 1'}`;
    default:
      return '';
  }
}

interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** What each section says to type, without comments. */
function sections(text: string): Section[] {
  return text.split(/^#+ /m).flatMap((section) => {
    const blocks = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block!);
    const lines = blocks.join('').split('\n').filter(Boolean);
    if (lines.length === 0) return [];
    const typed = lines.flatMap((line) => line.replace(/\s+# .*/, '').split(' && '));
    return [
      { heading: section.split('\n')[0]!, lines: typed.filter((line) => !ELSEWHERE.some((some) => some.test(line))) },
    ];
  });
}

const TINY = repository('test/fixtures/reference-tiny');
const { data_config: data } = await loadConfig(`${TINY}/config.json`);
const CLIPS = repository('experiments/demo/clips/heldout');
const recordings = await Promise.all(
  readdirSync(CLIPS).map(async (name) => {
    const { samples, sampleRate } = await readAudio(`${CLIPS}/${name}`);
    return resample(samples, sampleRate, data.sample_rate);
  }),
);
const { data: mel, frames } = await logMel(recordings[0]!, data);

/**
 * What a section takes for granted, unless it makes it: a checkpoint with its config, a model with a schedule of its own, another model, recordings, a short one, one with
 * its mel, mels, a schedule of the reference's form, the demo and studies.
 */
function fill(folder: string, { lines }: Section): void {
  const isMade = (path: string) => lines.some((line) => line.endsWith(`-o ${path}`));
  for (const place of ['.', 'other', ...(isMade('model/') ? [] : ['model'])]) {
    mkdirSync(at(folder, place), { recursive: true });
    cpSync(`${TINY}/checkpoint.pt`, at(folder, place, 'checkpoint.pt'));
    if (place !== '.' || !isMade('config.json')) cpSync(`${TINY}/config.json`, at(folder, place, 'config.json'));
  }
  if (!isMade('model/'))
    cpSync(repository('experiments/demo/schedules'), at(folder, 'model/schedules'), { recursive: true });
  expect(shell(`cd ${folder} && schedule-export lmnt-6 -o 6iters.pt`).status).toBe(0);
  mkdirSync(at(folder, 'recordings'));
  for (const [i, samples] of [...recordings.entries(), ['../speech', recordings[0]!] as const]) {
    writeFileSync(at(folder, 'recordings', `${i}.wav`), writeWav(samples, data.sample_rate, 'pcm16'));
  }
  mkdirSync(at(folder, 'short'));
  writeFileSync(
    at(folder, 'short/one.wav'),
    writeWav(recordings[0]!.subarray(0, data.sample_rate), data.sample_rate, 'pcm16'),
  );
  const npy = writeNpy({ data: mel, shape: [data.n_mels, frames] });
  writeFileSync(at(folder, 'mel.npy'), npy);
  mkdirSync(at(folder, 'mels'));
  writeFileSync(at(folder, 'mels/one.npy'), npy);
  writeFileSync(at(folder, 'mels.txt'), 'mels/one.npy\n');
  symlinkSync(at('experiments'), at(folder, 'experiments'));
}

describe('README.md', () => {
  const found = sections(readFileSync(repository('README.md'), 'utf8')).filter(({ lines }) => lines.length > 0);
  beforeAll(() => {
    mkdirSync(at('experiments'));
    symlinkSync(repository('experiments/demo'), at('experiments', 'demo'));
    for (const [i, section] of found.entries()) fill(String(i), section);
  });

  test('says what to type', () => {
    expect(found.length).toBeGreaterThan(3);
    expect(found.flatMap(({ lines }) => lines).every((line) => line.startsWith('npx schedule-'))).toBe(true);
    const named = new Set(found.flatMap(({ lines }) => lines.map((line) => line.split(' ')[1]!)));
    // schedule-worker needs a queue: test/cli/schedule-worker.test.ts.
    expect(commands.filter((name) => !named.has(name))).toEqual(['schedule-worker']);
  });

  const each = found.flatMap(({ heading, lines }, i) => lines.map((line) => ({ heading, line, folder: String(i) })));
  test.each(each)('$heading: $line', { timeout: 120_000 }, ({ line, folder }) => {
    const name = line.split(' ')[1]!;
    const { status, stderr } = shell(`cd ${folder} && ${line} ${less(line)}`);
    expect([status, stderr]).toEqual([0, expect.not.stringContaining(`${name}: `)]);
  });
});
