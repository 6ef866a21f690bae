import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calibrationGroups } from '../../src/diffusion/calibration-groups.ts';
import { parseConfig } from '../../src/model/config.ts';
import { type Calibration, calibrateModel, eightBitParts, loadEightBitModel } from '../../src/model/eight-bit-model.ts';
import { loadModel, type Model } from '../../src/model/model.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { defaultConfig, readJson, tinyCheckpoint, tinyConfig } from './tiny.ts';

const [HOP, MELS, FRAMES] = [300, 80, 6];
const clips = [1, 2].map((seed) => ({
  samples: randomTensor([FRAMES * HOP], seed, 0.2).data,
  mels: randomTensor([MELS, FRAMES], seed + 10).data,
}));
const groups = calibrationGroups(clips, 3);
const calibrated = (floatRates: number) => calibrateModel({ path: tinyCheckpoint, groups, floatRates });

let float: Model;
let calibration: Calibration;
let eight: Model;

beforeAll(async () => {
  [float, calibration] = await Promise.all([loadModel(tinyCheckpoint), calibrated(1)]);
  eight = await loadEightBitModel(tinyCheckpoint, undefined, calibration);
});

afterAll(() => Promise.all([float.dispose(), eight.dispose()]));

/** Root mean square of a − b over that of b. */
function relativeError(a: Float32Array, b: Float32Array): number {
  const squares = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0);
  return Math.sqrt(squares(a.map((x, i) => x - b[i]!)) / squares(b));
}

describe('the network in eight bits', () => {
  // Signals that were not calibrated on.
  const runs = calibrationGroups(clips, 4).flatMap((group) => group.runs);

  test('has the config and the weights of the network', () => {
    expect(eight.config).toEqual(float.config);
    expect(eight.parameterCount).toBe(float.parameterCount);
  });

  // Measured: 0.025 to 0.096 with all rates in eight bits, 0.023 to 0.082 with one in float32, 0.019 to 0.073 with two.
  test.each([
    [0, 0.15],
    [1, 0.13],
    [2, 0.11],
  ])('predicts what the network does at any level, with %i rates in float32', async (floatRates, most) => {
    const model = await loadEightBitModel(tinyCheckpoint, tinyConfig, await calibrated(floatRates));
    for (const run of runs) {
      const error = relativeError(await model.predictNoise(run), await float.predictNoise(run));
      expect(error).toBeLessThan(most);
      expect(error).toBeGreaterThan(1e-4);
    }
    await model.dispose();
  });

  test('predicts what the network does with all rates in float32', async () => {
    const model = await loadEightBitModel(tinyCheckpoint, undefined, await calibrated(5));
    const [run] = runs;
    expect(relativeDistance(await model.predictNoise(run!), await float.predictNoise(run!))).toBeLessThan(1e-4);
    await model.dispose();
  });

  test.each([1, 7])('predicts each row of a batch as if it were alone, with %i frames', async (frames) => {
    const signal = randomTensor([2, frames * HOP], 5).data;
    const mels = randomTensor([2, MELS, frames], 6).data;
    const noiseLevels = Float32Array.of(0.6, 0.55);
    const together = await eight.predictNoise({ signal, mels, noiseLevels, batch: 2 });
    for (const row of [0, 1]) {
      const part = (values: Float32Array) => values.slice((row * values.length) / 2, ((row + 1) * values.length) / 2);
      const alone = { signal: part(signal), mels: part(mels), noiseLevels: part(noiseLevels), batch: 1 };
      // Float32's rounding may take a value over to the next step.
      expect(relativeError(part(together), await eight.predictNoise(alone))).toBeLessThan(1e-3);
    }
  });

  test('refuses lengths that do not fit', async () => {
    const wrong = {
      signal: new Float32Array(1),
      mels: new Float32Array(MELS),
      noiseLevels: Float32Array.of(1),
      batch: 1,
    };
    await expect(eight.predictNoise(wrong)).rejects.toThrow(RangeError);
  });
});

describe('calibration', () => {
  test('of the same checkpoint and signals is the same, bit for bit, also through JSON', async () => {
    expect(await calibrated(1)).toEqual(calibration);
    expect(JSON.parse(JSON.stringify(calibration))).toEqual(calibration);
  });

  test('has a group for each of the noise levels', () => {
    expect(calibration.groups.map(({ above }) => above)).toEqual(groups.map(({ above }) => above));
  });

  test('refuses a group without signals', async () => {
    const empty = [{ above: 0, runs: [] }];
    await expect(calibrateModel({ path: tinyCheckpoint, groups: empty, floatRates: 1 })).rejects.toThrow(
      new RangeError('calibrateModel: the group of noise levels above 0 has no run'),
    );
  });

  test('of a level decides over what is cut off at that level', async () => {
    const narrow = calibration.groups.map(({ above, ranges }, group) => ({
      above,
      // Nothing but zeros in the second group.
      ranges: group === 1 ? Object.fromEntries(Object.keys(ranges).map((id) => [id, [0, 0] as const])) : ranges,
    }));
    const model = await loadEightBitModel(tinyCheckpoint, undefined, { ...calibration, groups: narrow });
    const [first, second] = groups.map(({ runs }) => runs[3]!);
    expect(await model.predictNoise(first!)).toEqual(await eight.predictNoise(first!));
    expect(relativeError(await model.predictNoise(second!), await eight.predictNoise(second!))).toBeGreaterThan(0.1);
    await model.dispose();
  });
});

describe('values in eight bits', () => {
  const config = parseConfig(readJson(defaultConfig), 'default-config.json');
  /** Samples a frame of the values in eight bits, and of all. */
  const rates = (floatRates: number) => {
    const { rest, values } = eightBitParts(config, floatRates);
    const timesOf = (ids: readonly number[]) => {
      const times = ids.map((id) => rest.nodes[id]!.shape[2]!);
      return [...new Set(times.map((time) => (typeof time === 'number' ? 1 : time.times)))].toSorted((a, b) => b - a);
    };
    return timesOf(values);
  };

  test('are at all rates but the highest', () => {
    // Factors 5, 5, 3, 2, 2 from the frames up; 1 is the encoding of the noise level.
    expect(rates(0)).toEqual([300, 150, 75, 25, 5, 1]);
    expect(rates(1)).toEqual([150, 75, 25, 5, 1]);
    expect(rates(2)).toEqual([75, 25, 5, 1]);
  });

  test('are not what is convolved for a higher rate alone', () => {
    const { rest, values } = eightBitParts(config, 1);
    const kernelsOf = (ids: readonly number[]) =>
      ids.flatMap((id) => {
        const node = rest.nodes[id]!;
        if (node.kind !== 'step' || node.step.name !== 'conv1d') return [];
        const kernel = rest.nodes[node.inputs[1]!]!;
        return kernel.kind === 'parameter' ? [kernel.name] : ['composed'];
      });
    const kernels = kernelsOf(values);
    expect(kernels).toContain('nn.ublocks.3.first_block_residual_branch.0.conv1d.weight');
    expect(kernels).not.toContain('nn.ublocks.4.first_block_residual_branch.0.conv1d.weight');
    expect(kernels).not.toContain('composed');
  });
});
