import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { float16ToNumber, float32ToFloat16 } from '../../src/formats/half.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { type PyTorchInput, writePyTorch } from '../../src/formats/pytorch-writer.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { importCheckpoint } from '../../src/model/import-checkpoint.ts';
import { HAS_PYTORCH, python } from '../pytorch-peer.ts';
import { bufferedBetas, readJson, tinyCheckpoint, tinyConfig, tinyWeights, trainingCheckpoint } from './tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'wavegrad-import-'));
const checkpoint = join(folder, 'checkpoint_70000.pt');

afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  copyFileSync(tinyConfig, join(folder, 'config.json'));
});

/** Names, shapes and the bits of the data. */
function bits(bytes: Uint8Array): Record<string, unknown> {
  const { tensors } = readSafetensors(bytes, 'x');
  return Object.fromEntries(
    [...tensors].map(([name, { shape, toFloat32 }]) => [
      name,
      [shape, Buffer.from(toFloat32().buffer).toString('hex')],
    ]),
  );
}

const tinyBits = (change: (value: number) => number = (value) => value) =>
  Object.fromEntries(
    [...tinyWeights()].map(([name, { shape, data }]) => [
      name,
      [shape, Buffer.from(data.map(change).buffer).toString('hex')],
    ]),
  );

describe("a checkpoint of the reference's training", () => {
  test('gives its weights, bit for bit, and nothing else', async () => {
    writeFileSync(checkpoint, trainingCheckpoint());
    const { weights, parameterCount, precision } = await importCheckpoint(checkpoint);
    expect(bits(weights)).toEqual(tinyBits());
    expect([parameterCount, precision]).toEqual([26_069, 'float32']);
  });

  test('gives where it comes from, its training steps and its schedule', async () => {
    const bytes = trainingCheckpoint();
    writeFileSync(checkpoint, bytes);
    const { source, iteration, prefix, betas, weights, config } = await importCheckpoint(checkpoint);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(source).toEqual({ name: 'checkpoint_70000.pt', bytes: bytes.length, sha256 });
    expect([iteration, prefix, betas]).toEqual([70_000, '', [...bufferedBetas]]);
    expect(readSafetensors(weights, 'x').metadata).toEqual({ format: 'pt', source_sha256: sha256, iteration: '70000' });
    expect(config).toEqual(readJson(tinyConfig));
  });

  test('gives the same from under a prefix, which is said', async () => {
    writeFileSync(checkpoint, trainingCheckpoint({ prefix: 'module.' }));
    const { weights, prefix, betas } = await importCheckpoint(checkpoint);
    expect(bits(weights)).toEqual(tinyBits());
    expect([prefix, betas]).toEqual(['module.', [...bufferedBetas]]);
  });

  // Written by PyTorch itself, with Adam's state after one step and the buffers of 1000 steps.
  test.skipIf(!HAS_PYTORCH)('that PyTorch wrote gives its weights, bit for bit (needs PyTorch)', async () => {
    const program = `
import sys, json, hashlib, torch
state = torch.load(sys.argv[1])['model']
weights = {name: torch.nn.Parameter(tensor) for name, tensor in state.items()}
adam = torch.optim.Adam(weights.values(), lr=1e-3)
sum((w ** 2).sum() for w in weights.values()).backward()
adam.step()
model = torch.nn.Module()
model.register_buffer('betas', torch.linspace(1e-6, 1e-2, 1000))
model.register_buffer('alphas_cumprod', (1 - model.betas).cumprod(0))
state = model.state_dict()
state.update((name, w.detach()) for name, w in weights.items())
torch.save({'iteration': 70001, 'model': state, 'optimizer': adam.state_dict()}, sys.argv[2])
print(json.dumps({name: [list(w.shape), w.detach().numpy().tobytes().hex()] for name, w in weights.items()}))
`;
    const expected = python(program, tinyCheckpoint, checkpoint);
    const { weights, iteration, betas } = await importCheckpoint(checkpoint);
    expect(bits(weights)).toEqual(expected);
    expect(iteration).toBe(70_001);
    expect([betas?.length, betas?.[0], betas?.at(-1)]).toEqual([1000, Math.fround(1e-6), Math.fround(1e-2)]);
  });
});

test('float64 weights are rounded to float32, and known', async () => {
  const doubles = new Map<string, { shape: readonly number[]; data: Float32Array | Float64Array }>(tinyWeights());
  const bias = doubles.get('nn.ublock_preconv.conv1d.bias')!;
  // 1 + 2^-40 is no float32.
  const data = Float64Array.from(bias.data).with(0, 1 + 2 ** -40);
  writeFileSync(checkpoint, writePyTorch(doubles.set('nn.ublock_preconv.conv1d.bias', { ...bias, data })));
  const { weights, fromFloat64, precision } = await importCheckpoint(checkpoint);
  expect([fromFloat64, precision]).toEqual([true, 'float32']);
  expect(readSafetensors(weights, 'x').tensors.get('nn.ublock_preconv.conv1d.bias')!.toFloat32()[0]).toBe(1);
});

test('a float64 buffer beside float32 weights rounds none of them', async () => {
  const betas = { shape: [2], data: Float64Array.of(0.1, 0.2) };
  writeFileSync(checkpoint, writePyTorch(new Map<string, PyTorchInput>([...tinyWeights(), ['betas', betas]])));
  expect((await importCheckpoint(checkpoint)).fromFloat64).toBe(false);
});

test('a bare state dict has neither steps nor a schedule', async () => {
  copyFileSync(tinyCheckpoint, checkpoint);
  const { iteration, betas, weights } = await importCheckpoint(checkpoint);
  expect([iteration, betas]).toEqual([undefined, undefined]);
  expect(readSafetensors(weights, 'x').metadata).not.toHaveProperty('iteration');
});

test('what was imported can be imported again, with the same weights and steps', async () => {
  writeFileSync(checkpoint, trainingCheckpoint());
  const first = await importCheckpoint(checkpoint);
  writeFileSync(join(folder, 'model.safetensors'), first.weights);
  const again = await importCheckpoint(folder);
  expect(bits(again.weights)).toEqual(tinyBits());
  expect(again.iteration).toBe(70_000);
});

test('the same checkpoint gives the same bytes', async () => {
  writeFileSync(checkpoint, trainingCheckpoint());
  expect(await importCheckpoint(checkpoint)).toEqual(await importCheckpoint(checkpoint));
});

describe('half', () => {
  test('rounds to float16', async () => {
    copyFileSync(tinyCheckpoint, checkpoint);
    const { weights, precision } = await importCheckpoint(checkpoint, { half: true });
    const { tensors } = readSafetensors(weights, 'x');
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
    expect(bits(weights)).toEqual(tinyBits((value) => float16ToNumber(float32ToFloat16(value))));
    expect(precision).toBe('float16');
  });

  // IEEE 754: 65504 is the largest float16, and 65520 is half-way to what would be the next.
  test.each([
    [65_519, false],
    [65_520, true],
    [-1e30, true],
  ])('of %d is refused: %s', async (value, refused) => {
    const weights = tinyWeights();
    weights.get('nn.ublock_preconv.conv1d.bias')!.data[3] = value;
    const path = join(folder, 'large.safetensors');
    writeFileSync(path, writeSafetensors(weights));
    const imported = importCheckpoint(path, { half: true });
    const message = `${path}: nn.ublock_preconv.conv1d.bias holds ${Math.fround(value)}, but float16 ends at 65504; float32 holds it`;
    await (refused ? expect(imported).rejects.toThrow(new InputError(message)) : imported);
  });
});

test('a checkpoint without a config beside it says what to do', async () => {
  rmSync(join(folder, 'config.json'));
  copyFileSync(tinyCheckpoint, checkpoint);
  await expect(importCheckpoint(checkpoint)).rejects.toThrow(
    new InputError(
      `${checkpoint}: expected the config.json of its training beside it, but there is none; --config says where it is`,
    ),
  );
  expect((await importCheckpoint(checkpoint, { config: tinyConfig })).parameterCount).toBe(26_069);
});

test.each([
  ['of no dimension', { shape: [], data: Float32Array.of(0.5) }],
  ['of two dimensions', { shape: [1, 2], data: Float32Array.of(0.1, 0.2) }],
  ['of no step', { shape: [0], data: new Float32Array(0) }],
  ['of more steps than a schedule has', { shape: [100_001], data: new Float32Array(100_001) }],
])('a buffer betas %s is no schedule', async (_, betas) => {
  const path = join(folder, 'model.safetensors');
  writeFileSync(path, writeSafetensors(new Map([...tinyWeights(), ['betas', betas]])));
  expect((await importCheckpoint(path)).betas).toBeUndefined();
});
