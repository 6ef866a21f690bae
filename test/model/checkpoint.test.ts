import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { readWeights } from '../../src/model/checkpoint.ts';
import { parseConfig } from '../../src/model/config.ts';
import { loadModel } from '../../src/model/model.ts';
import { buildWaveGrad } from '../../src/model/wavegrad.ts';
import { refusal } from '../formats/refusal.ts';
import { pickleBytes, tensorPickle, torchFile } from '../formats/torch-file.ts';
import { golden, readJson, tinyCheckpoint, tinyConfig, tinyWeights } from './tiny.ts';

type Weights = ReturnType<typeof tinyWeights>;

/** A tensor of every checkpoint, [16, 24, 3] in the tiny one. */
const SOME = 'nn.ublocks.0.first_block_main_branch.upsampling.2.conv1d.weight';

const parameters = buildWaveGrad(parseConfig(readJson(tinyConfig), 'config.json')).parameters();
const read = (bytes: Uint8Array) => readWeights(bytes, 'x.pt', parameters);

const folder = mkdtempSync(join(tmpdir(), 'wavegrad-checkpoint-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** The tiny checkpoint as safetensors, after a change. */
function safetensors(change: (weights: Weights) => void = () => {}): Uint8Array {
  const weights = tinyWeights();
  change(weights);
  return writeSafetensors(weights);
}

/** The tiny checkpoint as torch.save writes it, its tensors over one storage; `beside` is pickle text of more entries. */
function pyTorch(place: 'top' | 'model', beside = '', buffer = ''): Uint8Array {
  const weights = tinyWeights();
  const text = (value: string) => `\x8c${String.fromCharCode(value.length)}${value}`;
  const storage = Float32Array.from([...weights.values()].flatMap(({ data }) => [...data]));
  let offset = 0;
  let state = '';
  for (const [name, { shape, data }] of weights) {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    const whole = tensorPickle({ storageLength: storage.length, offset, shape, strides });
    // Without the protocol before it and the stop after it.
    state += text(name) + whole.slice(2, -1);
    offset += data.length;
  }
  const dictionary = `}(${state}${buffer}u`;
  const top = place === 'top' ? dictionary : `}(${text('model')}${dictionary}${beside}u`;
  return torchFile(`\x80\x04${top}.`, { 0: new Uint8Array(storage.buffer) });
}

const dataOf = (weights: Weights) => new Map(parameters.map(({ name }) => [name, weights.get(name)!.data]));

test('the weights of a PyTorch file come by name', () => {
  expect(read(readFileSync(tinyCheckpoint))).toEqual(dataOf(tinyWeights()));
});

test('the weights of a safetensors file come by name', () => {
  expect(read(safetensors())).toEqual(dataOf(tinyWeights()));
});

test('a state dict may be at the top', () => {
  expect(read(pyTorch('top'))).toEqual(dataOf(tinyWeights()));
});

test('schedule buffers, optimizer and iteration beside the weights are passed over', () => {
  const buffer = `\x8c\x05betas${tensorPickle({ storageLength: 26_069, shape: [6], strides: [1] }).slice(2, -1)}`;
  const beside = '\x8c\x09optimizer}\x8c\x05state}s\x8c\x09iterationJ\x70\x11\x01\x00';
  expect(read(pyTorch('model', beside, buffer))).toEqual(dataOf(tinyWeights()));
  const buffered = safetensors((weights) => weights.set('betas', { shape: [6], data: new Float32Array(6) }));
  expect(read(buffered)).toEqual(dataOf(tinyWeights()));
});

test('the same weights in either format predict the same, bit for bit', async () => {
  const path = join(folder, 'model.safetensors');
  writeFileSync(path, safetensors());
  const input = {
    signal: golden('forward/y'),
    mels: golden('forward/mels'),
    noiseLevels: golden('forward/noise_level'),
    batch: 2,
  };
  const [pt, st] = await Promise.all(
    [tinyCheckpoint, path].map(async (checkpoint) => {
      const model = await loadModel(checkpoint, tinyConfig);
      const predicted = await model.predictNoise(input);
      await model.dispose();
      return predicted;
    }),
  );
  expect(st).toEqual(pt);
});

test.each(parameters.map(({ name }) => name).filter((_, i) => i % 13 === 0))(
  '%s is named where it is missing',
  (name) => {
    expect(refusal(() => read(safetensors((weights) => weights.delete(name))))).toBe(
      `x.pt: the tensor ${name} is missing, which the config asks for`,
    );
  },
);

test.each([
  ['another size', [16, 24, 4]],
  ['its dimensions in another order', [24, 16, 3]],
  ['a dimension too few', [384, 3]],
  ['a dimension too many', [16, 24, 3, 1]],
])('a tensor of %s is named with both shapes', (_, shape) => {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  expect(refusal(() => read(safetensors((weights) => weights.set(SOME, { shape, data }))))).toBe(
    `x.pt: ${SOME} has shape [${shape.join(', ')}], but the config asks for [16, 24, 3]`,
  );
});

test('a network tensor that the config has no place for is named', () => {
  const name = 'nn.ublocks.5.residual.conv1d.bias';
  const bytes = safetensors((weights) => weights.set(name, { shape: [1], data: new Float32Array(1) }));
  expect(refusal(() => read(bytes))).toBe(`x.pt: the tensor ${name} has no place in the network of the config`);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'a tensor that holds %d is named',
  (value) => {
    const bytes = safetensors((weights) => {
      weights.get(SOME)!.data[1000] = value;
    });
    expect(refusal(() => read(bytes))).toBe(`x.pt: ${SOME} holds numbers that are not finite`);
  },
);

test.each([
  ['a WAV file', pickleBytes('RIFF\x24\x00\x00\x00WAVEfmt ')],
  ['an empty file', new Uint8Array(0)],
  ['JSON', pickleBytes('{"model_config": {"factors": [5, 5]}}')],
  ['a bare pickle', pickleBytes('\x80\x02}q\x00.')],
])('%s is no checkpoint', (_, bytes) => {
  expect(refusal(() => read(bytes))).toBe(
    'x.pt: expected a PyTorch checkpoint (zip format) or safetensors, got neither',
  );
});

test.each([
  ['a number', 'K\x07.'],
  ['an empty dict', '}.'],
  ['a dict without tensors', '}\x8c\x05model}\x8c\x09iterationK\x07ss.'],
])('%s is no state dict', (_, pickle) => {
  expect(refusal(() => read(torchFile(`\x80\x04${pickle}`)))).toBe(
    'x.pt: expected a state dict, at the top or under "model", got no tensors by name',
  );
});

test('a pickle that names os.system is refused and nothing runs', async () => {
  const canary = join(folder, 'canary');
  const command = `touch ${canary}`;
  const path = join(folder, 'hostile.pt');
  const size = String.fromCharCode(...new Uint8Array(Uint32Array.of(command.length).buffer));
  writeFileSync(path, torchFile(`\x80\x02cos\nsystem\nX${size}${command}\x85R.`));
  const refused = await loadModel(path, tinyConfig).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(InputError);
  expect((refused as InputError).message).toContain('os.system');
  expect(existsSync(canary)).toBe(false);
});

test('a safetensors header of 2^63 bytes is refused', () => {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
  bytes[8] = '{'.charCodeAt(0);
  expect(refusal(() => read(bytes))).toContain('9223372036854775808');
});

test('a checkpoint cut anywhere is refused', () => {
  const whole = safetensors();
  for (let length = 0; length < whole.length; length += 4999) refusal(() => read(whole.subarray(0, length)));
});

test.each([
  ['no such file', 'none.pt', 'there is no such file'],
  ['a folder', '.', 'it is a folder'],
])('%s is refused with its path', async (_, name, reason) => {
  const path = join(folder, name);
  await expect(loadModel(path, tinyConfig)).rejects.toThrow(
    new InputError(`${path}: the checkpoint cannot be read: ${reason}`),
  );
});

test('the config is looked for beside the checkpoint', async () => {
  const path = join(folder, 'lonely.safetensors');
  writeFileSync(path, safetensors());
  await expect(loadModel(path)).rejects.toThrow(
    new InputError(`${join(folder, 'config.json')}: the config cannot be read: there is no such file`),
  );
});
