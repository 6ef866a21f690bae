import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LogMel } from '../../src/audio/mel.ts';
import { writeMel } from '../../src/audio/mel-file.ts';
import { readWav, writeWav } from '../../src/audio/wav.ts';
import { writeNpy } from '../../src/formats/npy.ts';
import { loadSchedule, saveSchedule } from '../../src/schedule/file.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { golden } from '../model/tiny.ts';
import { textOf } from '../report/page-text.ts';
import { programOf, sandbox } from './sandbox.ts';

const TINY = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));
const SHIPPED = fileURLToPath(new URL('../../../shared/fixtures/reference-schedule-files', import.meta.url));
const N_MELS = 80;
const HOP = 300;
const RATE = 22_050;

const { at, shell, examples } = sandbox('schedule-infer');

/** Mels of the size that the tiny network takes, of nothing in particular but in the range of a log10 mel. */
function mel(frames: number, seed: number): LogMel {
  const data = randomTensor([N_MELS, frames], seed, 0.3).data.map((value) => value - 2);
  return { data, nMels: N_MELS, frames };
}

const wav = (path: string) => readWav(readFileSync(at(path)), path).samples;

/** Runs it with the tiny model, of which the sandbox holds a copy, and two steps. */
const infer = (line: string, steps = "'[1e-3, 0.3]'") =>
  shell(`schedule-infer -c config.json -ch checkpoint.pt -ns ${steps} ${line}`);

beforeEach(() => {
  rmSync(at(), { recursive: true, force: true });
  mkdirSync(at('mels/more'), { recursive: true });
  for (const name of ['checkpoint.pt', 'config.json']) cpSync(join(TINY, name), at(name));
  writeFileSync(at('mels/LJ_0001.pt'), writeMel(mel(20, 1), 'pt'));
  writeFileSync(at('mels/LJ_0002.npy'), writeMel(mel(30, 2), 'npy'));
  writeFileSync(at('mels/more/x.safetensors'), writeMel(mel(10, 3), 'safetensors', { hop_length: HOP }));
});

describe('a filelist of mels, as the reference takes it', () => {
  test('becomes predicted_ID.wav beside each, of frames · hop samples in 16 bits', () => {
    writeFileSync(at('list.txt'), 'mels/LJ_0001.pt\nmels/LJ_0002.npy\n\nmels/more/x.safetensors\n');
    const { status, stdout } = infer('-m list.txt -v yes');
    const lines = stdout.trimEnd().split('\n');
    expect([status, lines.slice(0, 3)]).toEqual([
      0,
      ['mels/predicted_0001.wav', 'mels/predicted_0002.wav', 'mels/more/predicted_x.wav'],
    ]);
    expect(lines[3]).toMatch(/^RTF \d+\.\d+ ± \d+\.\d+ \(3 files, 0\.8 s of speech; custom-2, 2 steps; /);
    expect(lines.slice(0, 3).map((path) => wav(path).length)).toEqual([20 * HOP, 30 * HOP, 10 * HOP]);
    // 44 bytes of header, then two for each sample.
    expect(readFileSync(at('mels/predicted_0001.wav'))).toHaveLength(44 + 2 * 20 * HOP);
  });

  test('has paths from its own folder, or else from the working directory, or a root', () => {
    mkdirSync(at('lists'));
    writeFileSync(at('lists/a.txt'), '../mels/LJ_0001.pt\nmels/LJ_0002.npy\n');
    expect(infer('-m lists/a.txt -o out').stderr).toContain(
      "lists/a.txt: line 1: ../mels/LJ_0001.pt lies outside the list's own folder; ",
    );
    expect(infer('-m lists/a.txt -o out --root .').stdout).toMatch(
      /^out\/predicted_0001\.wav\nout\/predicted_0002\.wav\nRTF /,
    );
    writeFileSync(at('lists/b.txt'), 'mels/LJ_0001.pt\nnowhere.pt\n');
    const { status, stderr } = infer('-m lists/b.txt');
    expect(status).toBe(1);
    expect(stderr).toContain(
      `lists/b.txt: expected a mel on line 2, but there is no file ${at('lists/nowhere.pt')} or ${at('nowhere.pt')}\n`,
    );
  });

  test('may be a folder, or one mel', () => {
    expect(infer('-m mels -o out').stdout).toMatch(/^out\/predicted_0001\.wav\nout\/predicted_0002\.wav\nRTF /);
    expect(infer('-m mels/more/x.safetensors').stdout).toMatch(
      /^mels\/more\/predicted_x\.wav\nRTF \S+ ± 0\.0+ \(1 file, /,
    );
  });
});

test("with the reference's noise and its float32, its own samples come out", () => {
  const frames = golden('sample/mels').length / N_MELS;
  writeFileSync(at('mel.npy'), writeMel({ data: golden('sample/mels'), nMels: N_MELS, frames }, 'npy'));
  const noise = new Float32Array(6 * frames * HOP);
  for (let k = 0; k < 6; k++) noise.set(golden(`sample/noise_${k}`), k * frames * HOP);
  writeFileSync(at('noise.npy'), writeNpy({ shape: [6, frames * HOP], data: noise }));
  writeFileSync(at('six.npy'), writeNpy({ shape: [6], data: golden('diffusion/betas') }));
  const { status } = infer('-m mel.npy --noise noise.npy --precision float32 --float --states', 'six.npy');
  expect(status).toBe(0);
  // Measured 1.8e-6.
  expect(relativeDistance(wav('predicted_mel.wav'), golden('sample/y_0'))).toBeLessThan(1e-4);
  const states = readdirSync(at('predicted_mel_states')).toSorted();
  expect(states).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `y_${n}.wav`));
  for (let n = 0; n < 6; n++) {
    expect(relativeDistance(wav(`predicted_mel_states/y_${n}.wav`), golden(`sample/y_${n}`))).toBeLessThan(1e-4);
  }
  expect(wav('predicted_mel_states/y_6.wav')).toEqual(golden('sample/noise_0'));
});

describe('noise', () => {
  const made = (args: string, path = 'out/predicted_0001.wav') => {
    expect(infer(`-o out --float ${args}`).status).toBe(0);
    return wav(path);
  };

  test('is that of the seed, for any number of jobs and whatever else is made', () => {
    const alone = made('-m mels/LJ_0001.pt --jobs 1');
    expect(made('-m mels --jobs 2')).toEqual(alone);
    expect(made('-m mels/LJ_0001.pt --seed 1')).not.toEqual(alone);
  });

  test('is of one mel where it is given', () => {
    const { status, stderr } = infer('-m mels --noise noise.npy');
    expect([status, stderr]).toEqual([2, expect.stringContaining('--noise is that of one mel, got 2 mels\n')]);
  });
});

describe('a recording', () => {
  beforeEach(() => {
    const samples = randomTensor([9000], 7, 0.1).data;
    writeFileSync(at('speech.wav'), writeWav(samples, RATE, 'float32'));
  });

  test('is made again from its mel, and a page has both', () => {
    const { status, stdout } = infer('--audio speech.wav --report page.html');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^predicted_speech\.wav\npage\.html\nRTF /)]);
    expect(wav('predicted_speech.wav')).toHaveLength(9000);
    const page = readFileSync(at('page.html'), 'utf8');
    expect(page.match(/<audio /g)).toHaveLength(2);
    // The mels of both, and of y_2, y_1 and y_0.
    expect(page.match(/<img /g)).toHaveLength(5);
    expect(textOf(page)).toContain('schedule-infer -c config.json');
  });

  test('beside --mel_filelist is one too many', () => {
    expect(infer('--audio speech.wav -m mels')).toMatchObject({ status: 2 });
  });
});

test('--json has files, factors and settings', () => {
  const { stdout } = infer('-m mels/LJ_0001.pt --json --clamp none --seed 4');
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({
    files: [{ mel: 'mels/LJ_0001.pt', wav: 'mels/predicted_0001.wav', samples: 20 * HOP }],
    schedule: 'custom-2',
    betas: [1e-3, 0.3],
    clamp: 'none',
    precision: 'float64',
    seed: 4,
    sampleRate: RATE,
    device: 'cpu',
    workers: 1,
  });
  const [{ seconds, realTimeFactor }] = result.files;
  expect(realTimeFactor).toBeCloseTo((seconds * RATE) / (20 * HOP), 10);
  expect(result.realTimeFactor).toEqual({ mean: realTimeFactor, deviation: 0 });
});

describe('schedules', () => {
  test.each([
    ['fastdiff-4', 4, 'none'],
    ['saved.pt', 4, 'x0'],
    ['karras --iters 3', 3, 'x0'],
  ])('%s, with the clamp it is meant for', async (text, steps, clamp) => {
    await saveSchedule(at('saved.pt'), await loadSchedule('fastdiff-4'));
    const result = JSON.parse(infer('-m mels/LJ_0001.pt --json', text).stdout);
    expect([result.betas.length, result.clamp]).toEqual([steps, clamp]);
  });

  test("without one it is the model's only one, and otherwise that is asked for", async () => {
    const line = 'schedule-infer --model . -m mels/LJ_0001.pt --json';
    expect(shell(line)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('-ns must name a schedule (the model has none of its own; '),
    });
    await saveSchedule(at('schedules/best-4.json'), await loadSchedule('fastdiff-4'));
    expect(JSON.parse(shell(line).stdout).schedule).toBe('best-4');
  });

  test.skipIf(!existsSync(SHIPPED))(
    'the four files that the reference ships are taken as they are (needs ../shared)',
    () => {
      for (const name of readdirSync(SHIPPED)) {
        // A thousand steps of three frames.
        writeFileSync(at('mel.pt'), writeMel(mel(3, 1), 'pt'));
        const { status, stdout } = infer('-m mel.pt --json', join(SHIPPED, name));
        expect([name, status]).toEqual([name, 0]);
        expect(JSON.parse(stdout).betas).toHaveLength(Number.parseInt(name, 10));
      }
    },
  );
});

describe('what is wrong is said before anything is made', () => {
  test.each([
    ['-m mels/nothing.pt', 1, 'mels/nothing.pt: there is no such filelist, folder or mel'],
    ['', 2, '-m must say what to make speech of, or --audio'],
    ['mels', 2, 'no argument was expected beside the options, got mels; mels go with -m'],
    ['-m mels -o config.json', 1, 'config.json: expected a folder that can be written to, got a file'],
  ])('%j', (line, code, sentence) => {
    const { status, stdout, stderr } = infer(line);
    expect(stderr).toContain(`schedule-infer: ${sentence}`);
    expect(stderr).not.toContain('    at ');
    expect([status, stdout]).toEqual([code, '']);
  });

  test('two mels of one id', () => {
    writeFileSync(at('mels/WS_0001.npy'), writeMel(mel(5, 1), 'npy'));
    const { status, stderr } = infer('-m mels');
    expect(status).toBe(1);
    expect(stderr).toContain(
      'mels/WS_0001.npy: expected another id than that of mels/LJ_0001.pt, got 0001 for both (what follows the last _ of the name)\n',
    );
  });

  test('one mel of many that the model cannot take', () => {
    writeFileSync(at('mels/z.npy'), writeMel({ data: new Float32Array(64 * 9), nMels: 64, frames: 9 }, 'npy'));
    const { status, stderr } = infer('-m mels');
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("mels/z.npy: expected the model's 80 bands, got 64\n"),
    ]);
    expect(readdirSync(at('mels')).filter((name) => name.endsWith('.wav'))).toEqual([]);
  });

  test('a checkpoint that is none', () => {
    writeFileSync(at('checkpoint.pt'), 'RIFF....WAVEfmt ');
    const { status, stdout, stderr } = infer('-m mels');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/schedule-infer: checkpoint\.pt: expected a PyTorch checkpoint .*\n$/);
  });
});

test('ends at Ctrl-C with exit 130, with what was written', async () => {
  writeFileSync(at('mels/A_0000.npy'), writeMel(mel(1, 1), 'npy'));
  const line = '-c config.json --checkpoint_path checkpoint.pt -m mels --jobs 1 --noise_schedule_path ivanvovk-1000';
  const child = spawn(process.execPath, [programOf('schedule-infer'), ...line.split(' ')], {
    cwd: at(),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  let isSent = false;
  const timer = setInterval(() => {
    if (!isSent && existsSync(at('mels/predicted_0000.wav'))) isSent = child.kill('SIGINT');
  }, 20);
  const status = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  expect([status, stdout]).toEqual([130, '']);
  expect(stderr).toContain('Stopped: 1 of 3 are written; ');
  expect(readdirSync(at('mels')).filter((name) => name.includes('predicted'))).toEqual(['predicted_0000.wav']);
});

test('every example of --help runs', { timeout: 120_000 }, async () => {
  mkdirSync(at('model/schedules'), { recursive: true });
  for (const name of ['checkpoint.pt', 'config.json']) cpSync(at(name), at('model', name));
  await saveSchedule(at('6iters.pt'), await loadSchedule('ivanvovk-6'));
  await saveSchedule(at('model/schedules/best-6.json'), await loadSchedule('lmnt-6'));
  writeFileSync(at('mels.txt'), 'mels/LJ_0001.pt\n');
  cpSync(at('mels/LJ_0002.npy'), at('mel.npy'));
  writeFileSync(at('speech.wav'), writeWav(randomTensor([9000], 7, 0.1).data, RATE, 'float32'));
  const commands = examples();
  expect(commands).toHaveLength(5);
  for (const example of commands) {
    expect([example, shell(example)]).toEqual([example, expect.objectContaining({ status: 0 })]);
  }
  expect(readdirSync(at('predicted'))).toHaveLength(6);
  expect(existsSync(at('predicted.html'))).toBe(true);
});
