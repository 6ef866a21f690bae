import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { type InitFlags, initConfig } from '../../src/cli/train-init.ts';
import { InputError } from '../../src/formats/input-error.ts';
import type { WaveGradConfig } from '../../src/model/config.ts';
import { loadConfig } from '../../src/model/load-config.ts';
import { newConfig } from '../../src/training/new-config.ts';
import { parseTraining } from '../../src/training/training-config.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'train-init-')));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  writeFileSync(at('one.wav'), writeWav(new Float32Array(1600), 16_000, 'pcm16'));
  writeFileSync(at('high.wav'), writeWav(new Float32Array(1600), 96_000, 'pcm16'));
  writeFileSync(at('train.txt'), 'one.wav\nhigh.wav\n');
  writeFileSync(at('high.txt'), 'high.wav\n');
  writeFileSync(at('broken.txt'), 'one.wav\nmissing.wav\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly output: string;
  readonly messages: string;
}

/** Runs with these answers on a terminal, or without a terminal where there are none; on it the input then ends. */
async function init(flags: Partial<InitFlags> & { out: string }, answers?: readonly string[]): Promise<Said> {
  const isTTY = answers !== undefined;
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  const messages = Object.assign(new PassThrough(), { isTTY });
  input.end((answers ?? []).map((line) => `${line}\n`).join(''));
  await initConfig({ force: false, quiet: false, json: false, ...flags }, { input, output, messages });
  const text = (stream: PassThrough) => ((stream.read() as Buffer | null) ?? '').toString();
  return { output: text(output), messages: text(messages) };
}

const written = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as WaveGradConfig;

describe('without a terminal', () => {
  test('writes what the flags say, and its size and command', async () => {
    const out = at('flags.json');
    const [train, test] = [at('nowhere.txt'), at('valid.txt')];
    const flags = { size: 'small', sampleRate: 22_050, hop: 300, train, test, logdir: 'runs/one' } as const;
    const { output } = await init({ out, ...flags });
    // The parameters of the reference's network at a quarter of its width.
    expect(output).toBe(
      `1,036,673 parameters, 22050 Hz, hop 300 = 5 · 5 · 3 · 2 · 2.\nWritten to ${out}.\nIt is trained by schedule-train -c ${out}\n`,
    );
    expect(written(out)).toEqual(newConfig(flags));
    const config = await loadConfig(out);
    expect(parseTraining(config, out).remarks).toEqual([]);
  });

  test("takes defaults, and the first recording's rate", async () => {
    const out = at('rate.json');
    await init({ out, train: at('train.txt') });
    expect(written(out)).toEqual(newConfig({ size: 'small', sampleRate: 16_000, train: at('train.txt') }));
  });

  test('without recordings takes 22,050 Hz, and says where they come from', async () => {
    const out = at('none.json');
    const { messages } = await init({ out, train: at('nowhere.txt') });
    expect(messages).toBe(
      `${at('nowhere.txt')}: there is no such filelist yet; schedule-prepare makes one of a folder of recordings\n`,
    );
    expect(written(out)).toEqual(newConfig({ size: 'small', sampleRate: 22_050, train: at('nowhere.txt') }));
  });

  test('says what is wrong with a filelist, and goes on', async () => {
    const { messages } = await init({ out: at('broken.json'), train: at('broken.txt') });
    expect(messages).toContain(`${at('broken.txt')}: expected an audio file on line 2, but there is no file `);
    expect(written(at('broken.json')).data_config.sample_rate).toBe(22_050);
  });

  test('says where recordings are at another rate', async () => {
    const { messages } = await init({ out: at('other.json'), train: at('train.txt'), sampleRate: 22_050 });
    expect(messages).toBe('one.wav is at 16000 Hz and the config at 22050 Hz: training then takes --resample\n');
    const high = await init({ out: at('high.json'), train: at('high.txt') });
    expect(high.messages).toBe('high.wav is at 96000 Hz and the config at 48000 Hz: training then takes --resample\n');
  });

  test('--quiet says none of this, --json gives the facts', async () => {
    const out = at('quoted name.json');
    const { output, messages } = await init({ out, train: at('nowhere.txt'), quiet: true, json: true });
    expect(messages).toBe('');
    expect(JSON.parse(output)).toEqual({
      out,
      parameterCount: 1_036_673,
      command: `schedule-train -c '${out}'`,
      config: written(out),
    });
  });

  test('lists of numbers are on one line each, and paths as they are', async () => {
    const out = at('lines.json');
    await init({ out, train: at('train.txt'), test: '[ 1,  2 ]' });
    const text = readFileSync(out, 'utf8');
    expect(text).toContain('    "factors": [5, 5, 2, 2, 2],\n');
    expect(text).toContain('      [1, 2, 1, 2],\n');
    expect(text).toContain('"test_filelist_path": "[ 1,  2 ]"');
  });
});

describe('what is there', () => {
  test('is not overwritten without --force', async () => {
    const out = at('mine.json');
    writeFileSync(out, 'mine');
    await expect(init({ out })).rejects.toThrow(
      new InputError(`${out}: expected the name of a new file, but there is one; --force replaces it`),
    );
    expect(readFileSync(out, 'utf8')).toBe('mine');
    await init({ out, force: true });
    expect(written(out).data_config.sample_rate).toBe(22_050);
  });

  test('is not overwritten where it came while questions were answered', async () => {
    const out = at('race.json');
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const messages = Object.assign(new PassThrough(), { isTTY: true });
    messages.once('data', () => {
      writeFileSync(out, 'theirs');
      input.write('\n'.repeat(5));
    });
    const run = initConfig({ out, force: false, quiet: false, json: false }, { input, output: messages, messages });
    await expect(run).rejects.toThrow('--force replaces it');
    expect(readFileSync(out, 'utf8')).toBe('theirs');
  });

  test('may not be a folder', async () => {
    mkdirSync(at('folder'));
    await expect(init({ out: at('folder'), force: true })).rejects.toThrow(
      new InputError(`${at('folder')}: expected a file to write, got a folder`),
    );
  });
});

describe('on a terminal', () => {
  test('asks for what the flags leave out, with defaults, and again after a wrong answer', async () => {
    const out = at('asked.json');
    const answers = [at('train.txt'), '', 'huge', 'tiny', 'many', '7', '', '275', '256'];
    const { output, messages } = await init({ out }, answers);
    expect(output).toContain('hop 256 = 4 · 4 · 2 · 2 · 2 · 2.');
    expect(messages.split(/(?<=\]: |\n)/)).toEqual([
      'Filelist to train on [filelists/train.txt]: ',
      'Filelist to test on [filelists/test.txt]: ',
      'Size, full, small, tiny [small]: ',
      'size: expected full, small, tiny, got huge\n',
      'Size, full, small, tiny [small]: ',
      'Sample rate in Hz [16000]: ',
      'a number was expected, got many\n',
      'Sample rate in Hz [16000]: ',
      'sample rate: expected a whole number of Hz from 8000 to 48000, got 7\n',
      'Sample rate in Hz [16000]: ',
      'Hop in samples [200]: ',
      'hop: expected a product of 4 to 6 factors from 2 to 8, at most the window of 800 samples, such as 270 or 280, got 275\n',
      'Hop in samples [200]: ',
    ]);
    expect(written(out)).toEqual(newConfig({ size: 'tiny', sampleRate: 16_000, hop: 256, train: at('train.txt') }));
  });

  test('asks nothing where the flags say all', async () => {
    const flags = { size: 'tiny', sampleRate: 16_000, hop: 200, train: at('train.txt'), test: 'b.txt' } as const;
    expect((await init({ out: at('all.json'), ...flags }, [])).messages).toBe('');
  });

  test.each(['quiet', 'json'])('asks nothing with --%s', async (flag) => {
    const { messages } = await init({ out: at(`${flag}.json`), train: at('train.txt'), [flag]: true }, []);
    expect(messages).toBe('');
  });

  test('writes nothing where the answers end', async () => {
    await expect(init({ out: at('ended.json') }, ['a.txt'])).rejects.toThrow(
      new InputError('standard input: expected an answer, got its end; nothing was written'),
    );
    expect(existsSync(at('ended.json'))).toBe(false);
  });

  test('says what is wrong with the flags before it asks', async () => {
    await expect(init({ out: at('wrong.json'), sampleRate: 16_000, hop: 275 }, [])).rejects.toThrow(/^hop: expected/);
    await expect(init({ out: at('wrong.json'), sampleRate: 1 }, [])).rejects.toThrow(/^sample rate: expected/);
  });
});
