import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';
import { logMel, type MelConfig } from '../../src/audio/mel.ts';
import { readMel, writeMel } from '../../src/audio/mel-file.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { writePyTorch } from '../../src/formats/pytorch-writer.ts';
import { noise, sine } from '../audio/signals.ts';
import { sandbox } from './sandbox.ts';

const DEMO = fileURLToPath(new URL('../../experiments/demo', import.meta.url));
const { data_config: FRONT_END } = demoConfig();
const { sample_rate: RATE, hop_length: HOP } = FRONT_END;

const { at, shell, examples, loadedBy } = sandbox('schedule-mel');

let speech: Float32Array;
beforeAll(async () => {
  speech = (await readAudio(join(DEMO, 'clips/score/ru_0104.flac'))).samples;
});
beforeEach(() => {
  rmSync(at(), { recursive: true, force: true });
  mkdirSync(at('recordings/more'), { recursive: true });
  writeFileSync(at('speech.wav'), writeWav(speech, RATE, 'float32'));
  writeFileSync(at('recordings/b.wav'), writeWav(noise(3000), RATE, 'float32'));
  writeFileSync(at('recordings/more/a.wav'), writeWav(sine(440, 24000, 4000), 24000, 'float32'));
});

const mel = (path: string) => readMel(readFileSync(at(path)), path);

function demoConfig(): { data_config: MelConfig } {
  return JSON.parse(readFileSync(join(DEMO, 'config.json'), 'utf8')) as { data_config: MelConfig };
}

/** Writes the demo's config with another front end. */
function writeConfig(path: string, change: Partial<MelConfig>): void {
  const config = demoConfig();
  Object.assign(config.data_config, change);
  writeFileSync(at(path), JSON.stringify(config));
}

describe('recordings become mels', () => {
  test("beside them, as .pt, as the demo's front end makes them", async () => {
    expect(shell('schedule-mel speech.wav')).toEqual(
      expect.objectContaining({ status: 0, stdout: 'speech.pt\n', stderr: '' }),
    );
    expect(mel('speech.pt')).toEqual(await logMel(speech, FRONT_END));
  });

  test.each(['pt', 'npy', 'safetensors'])('into a file that ends in .%s', async (format) => {
    expect(shell(`schedule-mel speech.wav -o new/x.${format}`).stdout).toBe(`new/x.${format}\n`);
    expect(mel(`new/x.${format}`)).toMatchObject(await logMel(speech, FRONT_END));
  });

  test('of a folder into another one, with the rates that --resample takes', () => {
    const { status, stdout, stderr } = shell('schedule-mel recordings -o mels --format npy --resample');
    expect([status, stdout]).toEqual([0, 'mels/b.npy\nmels/a.npy\n']);
    expect(stderr).toMatch(/^0 of 2 mels, … left\n/);
    expect(mel('mels/a.npy').frames).toBe(Math.floor(Math.round((4000 * RATE) / 24000) / HOP));
    expect(shell('schedule-mel recordings -o mels --format npy --resample --quiet').stderr).toBe('');
  });

  test('of a filelist, each once', () => {
    writeFileSync(at('list.txt'), '# two\r\nrecordings/b.wav\r\nspeech.wav\r\n');
    expect(shell('schedule-mel list.txt speech.wav').stdout).toBe('recordings/b.pt\nspeech.pt\n');
  });

  test("with a config's floor, which safetensors then say", async () => {
    writeConfig('floor.json', { mel_floor: 1e-3 });
    shell('schedule-mel speech.wav --config floor.json -o x.safetensors');
    const expected = await logMel(speech, { ...FRONT_END, mel_floor: 1e-3 });
    expect(mel('x.safetensors')).toEqual({ ...expected, recordedConfig: { ...FRONT_END, mel_floor: 1e-3 } });
  });

  test('for a model in a folder, named by it or by its checkpoint', () => {
    mkdirSync(at('model'));
    writeFileSync(at('model/weights.pt'), 'not read');
    writeConfig('model/config.json', { n_mels: 40 });
    for (const name of ['model', 'model/weights.pt']) {
      shell(`schedule-mel speech.wav --model ${name}`);
      expect(mel('speech.pt').nMels).toBe(40);
    }
  });

  test('and are listed by --json', () => {
    const frames = Math.floor(speech.length / HOP);
    const { stdout } = shell('schedule-mel speech.wav --json');
    expect(JSON.parse(stdout)).toEqual([{ recording: 'speech.wav', mel: 'speech.pt', nMels: 80, frames }]);
  });

  test('over older ones, whole, and leave nothing else behind', () => {
    shell('schedule-mel recordings/b.wav -o speech.pt');
    expect(mel('speech.pt').frames).toBe(3000 / HOP);
    expect(shell('schedule-mel speech.wav').status).toBe(0);
    expect(mel('speech.pt').frames).toBe(Math.floor(speech.length / HOP));
    expect(mel('speech.pt').nMels).toBe(80);
    expect(readdirSync(at()).toSorted()).toEqual(['recordings', 'speech.pt', 'speech.wav']);
  });
});

describe('a file that is there', () => {
  const checkpoint = () => writePyTorch(new Map([['model', { shape: [1], data: Float32Array.of(1) }]]));

  test.each([
    ['a checkpoint', checkpoint],
    ['a schedule', () => writePyTorch({ shape: [6], data: new Float32Array(6) })],
    ['text', () => new TextEncoder().encode('old')],
  ])('and is %s is only replaced with --force, and nothing else written before', (_, content) => {
    const bytes = content();
    writeFileSync(at('speech.pt'), bytes);
    expect(shell('schedule-mel recordings/b.wav speech.wav')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: 'schedule-mel: speech.pt: expected no file or an older mel, got another file; --force replaces it\n',
    });
    expect(new Uint8Array(readFileSync(at('speech.pt')))).toEqual(bytes);
    expect(existsSync(at('recordings/b.pt'))).toBe(false);
    expect(shell('schedule-mel recordings/b.wav speech.wav --force').status).toBe(0);
    expect(mel('speech.pt').nMels).toBe(80);
  });

  test('is spoken of in --help', () => {
    expect(shell('schedule-mel --help').stdout.replaceAll(/\s+/g, ' ')).toContain(
      'A file that is there is replaced if it is a mel, or with --force.',
    );
  });
});

test('files of other kinds in a folder are passed over aloud', () => {
  for (const name of ['a.m4a', 'x.opus']) writeFileSync(at('recordings', name), '');
  const { stdout, stderr } = shell('schedule-mel recordings -o mels --resample');
  expect(stdout).toBe('mels/b.pt\nmels/a.pt\n');
  expect(stderr).toMatch(/^2 files of other kinds were passed over \(a\.m4a, x\.opus\)\n/);
  expect(shell('schedule-mel recordings -o mels --resample --quiet').stderr).toBe('');
  expect(shell('schedule-mel recordings/a.m4a').stderr).toBe(
    'schedule-mel: recordings/a.m4a: expected WAV, FLAC, Ogg Vorbis or MP3, got .m4a\n',
  );
});

describe('what was done to recordings is said', () => {
  beforeEach(() => {
    writeFileSync(at('stereo.wav'), stereo(noise(3000)));
    writeFileSync(at('phone.wav'), writeWav(noise(3000), 8000, 'float32'));
  });
  const remarks =
    'stereo.wav: 2 channels were mixed down to one\n' +
    `phone.wav is at 8000 Hz and the model at ${RATE} Hz: nothing above 4000 Hz is there\n`;

  test('of those that become mels', () => {
    const { status, stderr } = shell('schedule-mel stereo.wav phone.wav --resample');
    expect([status, stderr.replace(/^0 of 2.*\n/, '')]).toEqual([0, remarks]);
    expect(shell('schedule-mel stereo.wav').stderr).toBe('stereo.wav: 2 channels were mixed down to one\n');
    expect(shell('schedule-mel stereo.wav phone.wav --resample --quiet').stderr).toBe('');
  });

  test('of the one that a mel is compared with', () => {
    shell('schedule-mel stereo.wav phone.wav --resample');
    const line = 'schedule-mel --check stereo.pt --audio stereo.wav';
    expect(shell(line).stderr).toBe('stereo.wav: 2 channels were mixed down to one\n');
    expect(shell(`${line} --quiet`).stderr).toBe('');
    expect(shell('schedule-mel --check phone.pt --audio phone.wav --resample').stderr).toBe(
      `phone.wav is at 8000 Hz and the model at ${RATE} Hz: nothing above 4000 Hz is there\n`,
    );
  });
});

/** A WAV file with the same samples on two channels. */
function stereo(samples: Float32Array): Uint8Array {
  const bytes = writeWav(samples.subarray(0, samples.length - (samples.length % 2)), RATE, 'float32');
  const view = new DataView(bytes.buffer);
  view.setUint16(22, 2, true);
  view.setUint16(32, 8, true);
  return bytes;
}

describe('--out', () => {
  test('may end in capitals', () => {
    expect(shell('schedule-mel speech.wav -o Z.NPY').stdout).toBe('Z.NPY\n');
    expect([...readFileSync(at('Z.NPY')).subarray(1, 6)]).toEqual([...Buffer.from('NUMPY')]);
  });

  test.each(['z.npz/', 'there.v2', 'plain'])('is a folder where it is %s', (out) => {
    mkdirSync(at('there.v2'));
    expect(shell(`schedule-mel speech.wav -o ${out}`).status).toBe(0);
    expect(existsSync(at(out, 'speech.pt'))).toBe(true);
  });
});

describe('an error, and nothing is written, where', () => {
  const failed = (line: string) => {
    const { status, stdout, stderr } = shell(line);
    expect([status, stdout]).toEqual([1, '']);
    return stderr;
  };

  test('a recording has another rate', () => {
    expect(failed('schedule-mel recordings/more/a.wav')).toBe(
      `schedule-mel: recordings/more/a.wav: expected ${RATE} Hz, the model's rate, got 24000 Hz; --resample takes it\n`,
    );
    expect(existsSync(at('recordings/more/a.pt'))).toBe(false);
  });

  test('two recordings would become one file', () => {
    copyFileSync(at('recordings/b.wav'), at('recordings/more/b.wav'));
    expect(failed('schedule-mel recordings -o mels')).toBe(
      'schedule-mel: mels/b.pt: expected the mel of one recording, got those of recordings/b.wav and recordings/more/b.wav\n',
    );
    expect(existsSync(at('mels'))).toBe(false);
  });

  test('a recording is too short or damaged', () => {
    writeFileSync(at('short.wav'), writeWav(noise(400), RATE, 'float32'));
    expect(failed('schedule-mel short.wav')).toBe(
      'schedule-mel: short.wav: audio: expected at least 513 samples, so that n_fft = 1024 fits at the edges, got 400\n',
    );
    writeFileSync(at('short.wav'), 'RIFF');
    expect(failed('schedule-mel short.wav')).toMatch(/^schedule-mel: short\.wav: expected a RIFF WAVE file, .*\n$/);
  });

  test('a model has no config', () => {
    writeFileSync(at('alone.pt'), 'not read');
    expect(failed('schedule-mel speech.wav --model alone.pt')).toBe(
      'schedule-mel: alone.pt: expected the config.json of its training beside it, but there is none; --config says where it is\n',
    );
    expect(existsSync(at('speech.pt'))).toBe(false);
  });

  test('a file is in the way of the folder', () => {
    expect(failed('schedule-mel speech.wav -o speech.wav/mels')).toMatch(
      /^schedule-mel: speech\.wav\/mels\/speech\.pt: the mel cannot be written here: .*\n$/,
    );
  });
});

describe('--check', () => {
  test('says that a mel fits', () => {
    shell('schedule-mel speech.wav');
    const frames = Math.floor(speech.length / HOP);
    for (const [args, untold] of [
      ['', ' (its hop and mel range show only with --audio)'],
      [' --audio speech.wav', ''],
    ] as const) {
      const stdout = `speech.pt: fits, 80 bands, ${frames} frames${untold}\n`;
      expect(shell(`schedule-mel --check speech.pt${args}`)).toMatchObject({ status: 0, stdout, stderr: '' });
    }
  });

  test('says what it could not look at, but for what a file says itself', async () => {
    const right = await logMel(speech, FRONT_END);
    const { hop_length } = FRONT_END;
    writeFileSync(at('whole.safetensors'), writeMel(right, 'safetensors', FRONT_END));
    writeFileSync(at('hop.safetensors'), writeMel(right, 'safetensors', { hop_length }));
    expect(shell('schedule-mel --check whole.safetensors hop.safetensors').stdout).toBe(
      `whole.safetensors: fits, 80 bands, ${right.frames} frames\n` +
        `hop.safetensors: fits, 80 bands, ${right.frames} frames (its mel range shows only with --audio)\n`,
    );
    expect(JSON.parse(shell('schedule-mel --check hop.safetensors --json').stdout)).toMatchObject([
      { unchecked: ['mel range'] },
    ]);
  });

  test('warns, and refuses with exit 1, of each mel by name', async () => {
    const right = await logMel(speech, FRONT_END);
    const natural = { ...right, data: right.data.map((value) => value * Math.LN10) };
    writeFileSync(at('ln.npy'), writeMel(natural, 'npy'));
    expect(shell('schedule-mel --check ln.npy')).toEqual(
      expect.objectContaining({
        status: 0,
        stdout: expect.stringMatching(
          /^ln\.npy: warning: the values stop at -11\.51, the natural logarithm of 0\.00001; .*\n$/,
        ),
      }),
    );
    writeFileSync(at('text.pt'), 'hello');
    const bands = await logMel(speech, { ...FRONT_END, n_mels: 64 });
    writeFileSync(at('bands.safetensors'), writeMel(bands, 'safetensors', { f_max: 7600 }));
    const { status, stdout } = shell('schedule-mel --check text.pt ln.npy bands.safetensors');
    expect(status).toBe(1);
    expect(
      stdout
        .replace(/the values.*/, '…')
        .trimEnd()
        .split('\n'),
    ).toEqual([
      'text.pt: refused: expected a PyTorch file (a zip by torch.save), got a file that begins with 68 65 6c 6c',
      'ln.npy: warning: …',
      'bands.safetensors: refused: the mel was made with f_max 7600 Hz; the model has 8000 Hz',
      "bands.safetensors: refused: expected the model's 80 bands, got 64",
    ]);
  });

  test('--json lists what was found', async () => {
    const other = await logMel(speech, { ...FRONT_END, hop_length: 256 });
    writeFileSync(at('x.pt'), writeMel(other, 'pt'));
    const { status, stdout } = shell('schedule-mel --check x.pt --audio speech.wav --json');
    expect(status).toBe(1);
    const samples = speech.length.toLocaleString('en');
    const refusals = [
      `the mel has ${other.frames} frames for ${samples} samples, as with a hop of 256; the model has a hop of ${HOP}`,
    ];
    expect(JSON.parse(stdout)).toEqual([{ mel: 'x.pt', nMels: 80, frames: other.frames, refusals, warnings: [] }]);
  });

  test("goes by the model's own rule for silence", () => {
    writeConfig('floor.json', { mel_floor: 1e-3 });
    writeFileSync(at('silence.wav'), writeWav(new Float32Array(3000), RATE, 'float32'));
    shell('schedule-mel silence.wav --config floor.json');
    expect(shell('schedule-mel --check silence.pt --config floor.json').stdout).toContain(': fits, ');
    expect(shell('schedule-mel --check silence.pt').stdout).toContain('the values stop at -3, ');
  });

  test('wants a recording that is long enough, before any mel is looked at', () => {
    writeFileSync(at('short.wav'), writeWav(noise(400), RATE, 'float32'));
    expect(shell('schedule-mel --check none.pt --audio short.wav')).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        'schedule-mel: short.wav: audio: expected at least 513 samples, so that n_fft = 1024 fits at the edges, got 400\n',
    });
  });

  test('wants the recording at the rate of the model', () => {
    shell('schedule-mel recordings/more/a.wav --resample');
    const line = 'schedule-mel --check recordings/more/a.pt --audio recordings/more/a.wav';
    expect(shell(line).stderr).toContain(
      `: expected ${RATE} Hz, the model's rate, got 24000 Hz; --resample takes it\n`,
    );
    expect(shell(`${line} --resample`).stdout).toContain(': fits, ');
  });
});

test.each([
  ['', 'recordings were expected, got none'],
  ['--check', 'mels to check were expected, got none'],
  ['speech.wav --audio speech.wav', '--audio goes with --check'],
  ['--check a.pt b.pt --audio speech.wav', '--audio is the recording of one mel, got 2 mels'],
  ['--check a.pt -o x', '--out does not go with --check, which writes nothing'],
  ['--check a.pt --force', '--force does not go with --check, which writes nothing'],
  ['speech.wav -o z.npz', '--out must be a folder, or a file that ends in one of .pt, .npy, .safetensors, got z.npz'],
  [
    'speech.wav -o speech.wav',
    '--out must be a folder, or a file that ends in one of .pt, .npy, .safetensors, got speech.wav',
  ],
  ['--check a.pt --format npy', '--format does not go with --check, which writes nothing'],
  ['speech.wav --model a --config b', '--model and --config: one is enough'],
  ['speech.wav recordings/b.wav -o x.pt', '--out must be a folder for 2 recordings, got x.pt'],
  ['speech.wav -o x.pt --format npy', '--out must end in .npy with --format npy, got x.pt'],
])('%s is used wrongly: exit 2', (args, sentence) => {
  expect(shell(`schedule-mel ${args}`)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `schedule-mel: ${sentence}\nTry schedule-mel --help.\n`,
  });
});

test('every example of --help runs', () => {
  mkdirSync(at('model'));
  writeFileSync(at('model/model.safetensors'), 'not read');
  writeConfig('model/config.json', {});
  writeFileSync(at('list.txt'), 'speech.wav\nrecordings/b.wav\n');
  const commands = examples();
  expect(commands).toHaveLength(6);
  for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
});

test('it loads neither an engine nor what decodes other formats', () => {
  const loaded = loadedBy('schedule-mel speech.wav');
  expect(loaded).toContain('/node_modules/fft.js/');
  expect(loaded).not.toMatch(
    /\/node_modules\/(mathjs|onnxruntime-|piscina|@alexanderolsen|@wasm-audio-decoders|mpg123)/,
  );
});
