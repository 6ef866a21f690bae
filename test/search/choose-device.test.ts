import { afterEach, describe, expect, test, vi } from 'vitest';
import { startableDevices } from '../../src/engine/onnxruntime/program.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { chooseDevice, type DeviceRequest } from '../../src/search/choose-device.ts';
import { tinyCheckpoint } from '../model/tiny.ts';
import { hasSwiftShader, SWIFTSHADER } from '../webgpu/swiftshader.ts';

const REQUEST: DeviceRequest = {
  device: 'auto',
  half: false,
  model: tinyCheckpoint,
  clipSeconds: 0.05,
  threads: 1,
};

/** What is chosen, and what is said of it. */
async function chosen(changes: Partial<DeviceRequest>) {
  const said: string[] = [];
  const choice = await chooseDevice({ ...REQUEST, ...changes }, (text) => said.push(text));
  return { choice, said };
}

afterEach(() => vi.unstubAllEnvs());

const CPU = { device: 'cpu', rowsPerCall: undefined };
const SECONDS = String.raw`[\d.]+ s`;

// Elsewhere a driver of the system itself may start.
describe.runIf(process.platform === 'linux')('auto', () => {
  test('takes the CPU where nothing else starts, and says why not the others', async () => {
    vi.stubEnv('VK_ICD_FILENAMES', '/dev/null');
    // ONNX Runtime finds its CUDA provider, where it is installed, no GPU.
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '');
    const { choice, said } = await chosen({});
    expect(choice).toEqual(CPU);
    expect(said[0]).toMatch(new RegExp(`^--device auto: cpu, ${SECONDS} an evaluation of the network$`));
    const others = (await startableDevices()).filter((device) => device !== 'cpu');
    expect(others).toContain('webgpu');
    expect(said).toHaveLength(1 + others.length);
    for (const device of others) {
      expect(said).toContainEqual(expect.stringMatching(`^${device}: ONNX Runtime does not start on ${device}: `));
    }
    expect(said).toContainEqual(
      'webgpu: ONNX Runtime does not start on webgpu: Failed to get a WebGPU adapter: No supported adapters',
    );
  });

  test.skipIf(!hasSwiftShader)(
    'takes the CPU where the other one is a software driver, and says both times',
    async () => {
      for (const [name, value] of Object.entries(SWIFTSHADER)) vi.stubEnv(name, value);
      vi.stubEnv('CUDA_VISIBLE_DEVICES', '');
      const { choice, said } = await chosen({});
      expect(choice).toEqual(CPU);
      expect(said).toContainEqual(
        expect.stringMatching(new RegExp(`^webgpu: ${SECONDS} an evaluation, cpu ${SECONDS}$`)),
      );
    },
    200_000,
  );
});

test('auto takes what a study was made on', async () => {
  const said = ['--device auto: webgpu, as the study was made.'];
  const recorded = { device: 'webgpu', rowsPerCall: 8 };
  expect(await chosen({ recorded })).toEqual({ choice: recorded, said });
  expect((await chosen({ recorded: { device: 'cpu' } })).choice).toEqual(CPU);
});

test('a device that is named is not compared with others, and has the batch of its study', async () => {
  expect(await chosen({ device: 'cpu' })).toEqual({ choice: CPU, said: [] });
  const recorded = { device: 'cuda', rowsPerCall: 16 };
  expect(await chosen({ device: 'cuda', recorded })).toEqual({ choice: recorded, said: [] });
  // Which is then refused as another study's.
  expect((await chosen({ device: 'cpu', recorded })).choice).toEqual(CPU);
});

test('a device that is named and does not start is refused with the reason', async () => {
  const device = process.platform === 'darwin' ? 'dml' : 'coreml';
  await expect(chosen({ device })).rejects.toThrow(InputError);
  await expect(chosen({ device })).rejects.toThrow(`--device ${device}: ONNX Runtime does not start on ${device}: `);
});

test('a model that cannot be loaded is no fault of a device', async () => {
  await expect(chosen({ config: '/nowhere/config.json' })).rejects.toThrow(InputError);
  await expect(chosen({ config: '/nowhere/config.json' })).rejects.toThrow(/^\/nowhere\/config\.json: /);
});
