import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMel, writeMel } from '../../src/audio/mel-file.ts';
import { writeNpy } from '../../src/formats/npy.ts';
import { writeNpz } from '../../src/formats/npz.ts';
import { writePyTorch } from '../../src/formats/pytorch-writer.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { refusal } from '../formats/refusal.ts';
import { survivesMutations } from '../mutations.ts';
import { HAS_PYTORCH, python } from '../pytorch-peer.ts';
import { MEL_CONFIG } from './signals.ts';

const FORMATS = ['pt', 'npy', 'safetensors'] as const;

const mels = fc
  .record({ nMels: fc.integer({ min: 1, max: 5 }), frames: fc.integer({ min: 1, max: 7 }) })
  .chain(({ nMels, frames }) =>
    fc.float32Array({ minLength: nMels * frames, maxLength: nMels * frames }).map((data) => ({ data, nMels, frames })),
  );

const tensor = { shape: [2, 3], data: Float32Array.of(0, 1, 2, -3, 0.5, -5) };
const mel = { data: tensor.data, nMels: 2, frames: 3 };

describe('a mel comes back bit for bit', () => {
  test.each(FORMATS)('from .%s', (format) => {
    fc.assert(
      fc.property(mels, (written) => {
        const { recordedConfig: _, ...back } = readMel(writeMel(written, format), `x.${format}`);
        expect(back).toEqual(written);
      }),
    );
  });

  test('from .npz with one array of any name', () => {
    expect(readMel(writeNpz(new Map([['arr_0', tensor]])), 'x.npz')).toEqual(mel);
  });

  test('from a file whose name says nothing', () => {
    for (const format of FORMATS) expect(readMel(writeMel(mel, format), 'x')).toMatchObject(mel);
  });

  test('in a batch of one', () => {
    const batch = { shape: [1, 2, 3], data: tensor.data };
    expect(readMel(writePyTorch(batch), 'x.pt')).toEqual(mel);
    expect(readMel(writeNpy(batch), 'x.npy')).toEqual(mel);
  });

  test('rounded to float32', () => {
    const third = { shape: [1, 1], data: Float64Array.of(1 / 3) };
    expect([...readMel(writeNpy(third), 'x.npy').data]).toEqual([Math.fround(1 / 3)]);
  });
});

describe('safetensors', () => {
  test('carry what the mel was made with', () => {
    const made = { ...MEL_CONFIG, mel_floor: 1e-5 };
    expect(readMel(writeMel(mel, 'safetensors', made), 'x')).toEqual({ ...mel, recordedConfig: made });
  });

  const written = (names: string[], metadata: Record<string, string> = {}) =>
    writeSafetensors(new Map(names.map((name) => [name, tensor])), metadata);

  test('hold the mel alone under any name, or as mel among others', () => {
    expect(readMel(written(['spectrogram']), 'x')).toEqual(mel);
    expect(readMel(written(['audio', 'mel', 'pitch'], { format: 'pt' }), 'x')).toEqual(mel);
    expect(refusal(() => readMel(written(['audio', 'pitch']), 'x'))).toBe('x: expected one tensor, the mel, got 2');
    expect(refusal(() => readMel(written([]), 'x'))).toBe('x: expected one tensor, the mel, got 0');
  });

  test.each([
    ['{"hop_length": "300"}', 'data_config in its metadata: hop_length: '],
    ['{"n_mels": -80}', 'data_config in its metadata: n_mels: '],
    ['[80]', 'data_config in its metadata: '],
    ['{', 'data_config in its metadata: not JSON: '],
  ])('with a data_config of %s are refused', (json, sentence) => {
    expect(refusal(() => readMel(written(['mel'], { data_config: json }), 'x'))).toContain(`x: ${sentence}`);
  });
});

describe('what is no mel is refused', () => {
  test.each([
    [[], '[]'],
    [[6], '[6]'],
    [[2, 2, 3], '[2, 2, 3]'],
    [[1, 1, 2, 3], '[1, 1, 2, 3]'],
    [[0, 3], '[0, 3]'],
    [[80, 0], '[80, 0]'],
    [Array<number>(9).fill(1), '9 dimensions'],
  ])('a tensor of shape %j', (shape, shown) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    expect(refusal(() => readMel(writePyTorch({ shape, data }), 'x.pt'))).toBe(
      `x.pt: expected a mel [n_mels, frames] or [1, n_mels, frames], got ${shown}`,
    );
  });

  test('a checkpoint, a list, two arrays, whole numbers', () => {
    const state = new Map([['model', new Map([['nn.weight', tensor]])]]);
    for (const value of [state, [0.5, 1]]) {
      expect(refusal(() => readMel(writePyTorch(value), 'x.pt'))).toBe(
        'x.pt: expected a tensor [n_mels, frames], got something else',
      );
    }
    const two = new Map(['a', 'b'].map((name) => [name, tensor]));
    expect(refusal(() => readMel(writeNpz(two), 'x.npz'))).toBe('x.npz: expected one tensor, the mel, got 2');
    const bytes = Buffer.from(writeNpy(tensor));
    bytes.write('<i4', bytes.indexOf('<f4'), 'latin1');
    expect(refusal(() => readMel(bytes, 'x.npy'))).toContain('floating-point numbers, got elements of type I32');
  });

  test.each([
    [
      'x.wav',
      'RIFF....WAVE',
      'x.wav: expected a mel as .pt, .npy, .npz or .safetensors file, got a file that begins with 52 49 46 46',
    ],
    ['x', '', 'x: expected a mel as .pt, .npy, .npz or .safetensors file, got an empty file'],
    ['x.pt', 'hello', 'x.pt: expected a PyTorch file (a zip by torch.save), got a file that begins with 68 65 6c 6c'],
  ])('%s that begins with %j', (name, text, sentence) => {
    expect(refusal(() => readMel(Buffer.from(text), name))).toBe(sentence);
  });
});

describe.skipIf(!HAS_PYTORCH)('PyTorch and numpy (skipped where /usr/bin/python3 lacks torch)', () => {
  test('read what is written, and are read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mel-file-'));
    try {
      writeFileSync(join(folder, 'a.pt'), writeMel(mel, 'pt'));
      writeFileSync(join(folder, 'a.npy'), writeMel(mel, 'npy'));
      const program = `
import json, sys, numpy, torch
folder = sys.argv[1]
pt, npy = torch.load(folder + '/a.pt'), numpy.load(folder + '/a.npy')
torch.save(pt.t().contiguous().t(), folder + '/b.pt')
numpy.save(folder + '/b.npy', numpy.asfortranarray(npy))
numpy.savez_compressed(folder + '/b.npz', npy)
torch.save(pt.half()[None], folder + '/half.pt')
print(json.dumps([[str(x.dtype), list(x.shape), x.tolist()] for x in (pt, npy)]))
`;
      const rows = [
        [0, 1, 2],
        [-3, 0.5, -5],
      ];
      expect(python(program, folder)).toEqual([
        ['torch.float32', [2, 3], rows],
        ['float32', [2, 3], rows],
      ]);
      for (const name of ['b.pt', 'b.npy', 'b.npz', 'half.pt']) {
        expect(readMel(readFileSync(join(folder, name)), name)).toEqual(mel);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a damaged file is read or refused in one sentence', () => {
  const sample = { data: Float32Array.from({ length: 80 * 4 }, (_, i) => Math.sin(i)), nMels: 80, frames: 4 };
  test.each([
    ['x.pt', writeMel(sample, 'pt'), 1000],
    ['x.npy', writeMel(sample, 'npy'), 1000],
    ['x.npz', writeNpz(new Map([['mel', { shape: [80, 4], data: sample.data }]])), 1000],
    ['x.safetensors', writeMel(sample, 'safetensors', MEL_CONFIG), 1000],
  ])('%s', async (name, bytes, atLeast) => {
    const refused = await survivesMutations([bytes], (damaged) => readMel(damaged, name));
    expect(refused).toBeGreaterThan(atLeast);
  });
});
