import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { readCheckpoint, readWeights } from '../../src/model/checkpoint.ts';
import { parseConfig } from '../../src/model/config.ts';
import { loadModel } from '../../src/model/model.ts';
import { buildWaveGrad } from '../../src/model/wavegrad.ts';
import { refusal } from '../formats/refusal.ts';
import { pickleBytes, tensorPickle, torchFile } from '../formats/torch-file.ts';
import { survivesMutations } from '../mutations.ts';
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
function pyTorch(place: 'top' | 'model', beside = '', buffer = '', prefix = ''): Uint8Array {
  const weights = tinyWeights();
  const text = (value: string) => `\x8c${String.fromCharCode(value.length)}${value}`;
  const storage = Float32Array.from([...weights.values()].flatMap(({ data }) => [...data]));
  let offset = 0;
  let state = '';
  for (const [name, { shape, data }] of weights) {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    const whole = tensorPickle({ storageLength: storage.length, offset, shape, strides });
    // Without the protocol before it and the stop after it.
    state += text(prefix + name) + whole.slice(2, -1);
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

describe('a prefix before every name', () => {
  const withPrefix = (prefix: string) =>
    writeSafetensors(
      new Map(
        [...tinyWeights(), ['betas', { shape: [1], data: Float32Array.of(0.5) }] as const].map(([name, tensor]) => [
          `${prefix}${name}`,
          tensor,
        ]),
      ),
    );

  test.each(['module.', 'model.', 'model.module.'])('%s is left out, and known', (prefix) => {
    const { prefix: found, tensors } = readCheckpoint(withPrefix(prefix), 'x.pt');
    expect(found).toBe(prefix);
    expect(new Set(tensors.keys())).toEqual(new Set([...tinyWeights().keys(), 'betas']));
    expect(read(withPrefix(prefix))).toEqual(dataOf(tinyWeights()));
    expect(read(pyTorch('model', '', '', prefix))).toEqual(dataOf(tinyWeights()));
  });

  test('there is none where names begin as the reference has them, though others have one', () => {
    const bytes = safetensors((weights) => weights.set(`ema.${SOME}`, { shape: [1], data: new Float32Array(1) }));
    expect(readCheckpoint(bytes, 'x.pt').prefix).toBe('');
    expect(read(bytes)).toEqual(dataOf(tinyWeights()));
  });

  test('two networks with a prefix each are not guessed between', () => {
    const bytes = safetensors((weights) => {
      for (const [name, tensor] of tinyWeights()) {
        weights.delete(name);
        weights.set(`model.${name}`, tensor).set(`ema.${name}`, tensor);
      }
    });
    expect(refusal(() => read(bytes))).toBe(
      'x.pt: expected the tensors of one network, got several, under model., ema.',
    );
  });
});

test('the iteration is the training steps, in either format', () => {
  const steps = (bytes: Uint8Array) => readCheckpoint(bytes, 'x.pt').iteration;
  expect(steps(pyTorch('model', '\x8c\x09iterationJ\x70\x11\x01\x00'))).toBe(70_000);
  expect(steps(writeSafetensors(tinyWeights(), { iteration: '70000' }))).toBe(70_000);
  expect(steps(pyTorch('top'))).toBeUndefined();
  for (const iteration of ['many', '', '1e3', '-1'])
    expect(steps(writeSafetensors(tinyWeights(), { iteration }))).toBeUndefined();
});

test.each([
  ['one integer', 'LongStorage', [1], BigInt64Array.of(70_000n), 70_000],
  ['an integer of no dimension', 'IntStorage', [], Int32Array.of(70_000), 70_000],
  ['two integers', 'LongStorage', [2], BigInt64Array.of(1n, 2n), undefined],
  ['no integer', 'LongStorage', [0], new BigInt64Array(1), undefined],
  ['a negative integer', 'LongStorage', [1], BigInt64Array.of(-1n), undefined],
  ['a float', 'FloatStorage', [1], Float32Array.of(70_000), undefined],
] as const)('the iteration may be a tensor of one integer: %s', (_, storageType, shape, data, steps) => {
  const tensor = (key: number, of: Parameters<typeof tensorPickle>[0]) =>
    tensorPickle(of).slice(2, -1).replace('\x8c\x010', `\x8c\x01${key}`);
  const weight = tensor(0, { storageLength: 1, shape: [1], strides: [1] });
  const iteration = tensor(1, { storageType, storageLength: data.length, shape, strides: shape.map(() => 1) });
  const state = `}\x8c${String.fromCharCode(SOME.length)}${SOME}${weight}s`;
  const storages = { 0: new Uint8Array(4), 1: new Uint8Array(data.buffer) };
  const file = torchFile(`\x80\x04}(\x8c\x05model${state}\x8c\x09iteration${iteration}u.`, storages);
  expect(readCheckpoint(file, 'x.pt').iteration).toBe(steps);
});

test('a safetensors file whose header is as long as a zip begins is no zip', () => {
  const short = writeSafetensors(tinyWeights(), { more: '' });
  const headerBytes = Number(new DataView(short.buffer).getBigUint64(0, true));
  const bytes = writeSafetensors(tinyWeights(), { more: ' '.repeat(0x4b50 - headerBytes) });
  expect([...bytes.subarray(0, 3)]).toEqual([0x50, 0x4b, 0]);
  expect(read(bytes)).toEqual(dataOf(tinyWeights()));
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

test('another number of mel bands is said as such, with both', () => {
  const bytes = safetensors((weights) => {
    weights.set('nn.ublock_preconv.conv1d.weight', { shape: [24, 128, 3], data: new Float32Array(24 * 128 * 3) });
  });
  expect(refusal(() => read(bytes))).toBe(
    "x.pt: it takes 128 mel bands, but the config's n_mels is 80 " +
      '(nn.ublock_preconv.conv1d.weight has shape [24, 128, 3], but the config asks for [24, 80, 3])',
  );
});

test.each([
  [
    "lmnt's WaveGrad under DistributedDataParallel",
    [
      'module.downsample.0.conv.weight',
      'module.film.0.input_conv.bias',
      'module.first_conv.weight',
      'module.last_conv.bias',
    ],
    'module.downsample.0.conv.weight, module.film.0.input_conv.bias, module.first_conv.weight and 1 more',
  ],
  ["Coqui's", ['y_conv.weight_g', 'x_conv.weight_v'], 'y_conv.weight_g, x_conv.weight_v'],
  ['a name with control characters', ['a\nb\u001b[31m'], 'a?b?[31m'],
])('the names of %s are said beside those that were expected', (_, names, got) => {
  const bytes = writeSafetensors(new Map(names.map((name) => [name, { shape: [1], data: new Float32Array(1) }])));
  expect(refusal(() => read(bytes))).toBe(
    `x.pt: expected tensors by the names of ivanvovk/WaveGrad, such as nn.ublock_preconv.conv1d.weight, got ${got}`,
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

test('a file of PyTorch before 1.6 is told what to do', () => {
  expect(refusal(() => read(pickleBytes('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.')))).toMatch(
    /^x\.pt: expected PyTorch's zip format, .*save it again/,
  );
});

test.each([
  ['a number', 'K\x07.', 'something else'],
  ['a list of floats, as a schedule is', ']K\x07a.', 'a list of 1'],
  ['an empty dict', '}.', 'an empty dictionary'],
  ['a dict of numbers', '}K\x07K\x07s.', 'a dictionary without tensors, with keys that are no names'],
  [
    'a dict without tensors',
    '}(\x8c\x05model}\x8c\x09iterationK\x07u.',
    'a dictionary without tensors, with "model", "iteration"',
  ],
  ['a GAN', '}(\x8c\x09generator}\x8c\x06epochsK\x07u.', 'a dictionary without tensors, with "generator", "epochs"'],
])('%s is no state dict', (_, pickle, got) => {
  expect(refusal(() => read(torchFile(`\x80\x04${pickle}`)))).toBe(
    `x.pt: expected a state dict, at the top or under "model", got ${got}`,
  );
});

test('a tensor, as a schedule is, is no state dict', () => {
  const pickle = tensorPickle({ storageLength: 6, shape: [6], strides: [1] });
  expect(refusal(() => read(torchFile(pickle, { 0: new Uint8Array(24) })))).toContain('got a tensor of shape [6]');
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

test('what is not there is refused with its path', async () => {
  const path = join(folder, 'none.pt');
  await expect(loadModel(path, tinyConfig)).rejects.toThrow(
    new InputError(`${path}: expected a model folder or a checkpoint, but there is nothing`),
  );
});

test('a model is loaded by its folder too', async () => {
  const home = join(folder, 'home');
  mkdirSync(join(home, 'schedules'), { recursive: true });
  copyFileSync(tinyConfig, join(home, 'config.json'));
  writeFileSync(join(home, 'model.safetensors'), safetensors());
  const model = await loadModel(home);
  expect(model.parameterCount).toBe(26_069);
  await model.dispose();
});

test('a folder without a checkpoint is refused', async () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  await expect(loadModel(empty)).rejects.toThrow(
    new InputError(
      `${empty}: expected one checkpoint (model.safetensors, checkpoint.pt, or a single .safetensors or .pt file), got none`,
    ),
  );
});

test('the config is looked for beside the checkpoint', async () => {
  const path = join(folder, 'lonely.safetensors');
  writeFileSync(path, safetensors());
  await expect(loadModel(path)).rejects.toThrow(
    new InputError(
      `${path}: expected the config.json of its training beside it, but there is none; --config says where it is`,
    ),
  );
});

test('damaged files are read or refused', async () => {
  expect(await survivesMutations([readFileSync(tinyCheckpoint), pyTorch('model')], read)).toBeGreaterThan(1500);
  expect(await survivesMutations([safetensors()], read)).toBeGreaterThan(1500);
});
