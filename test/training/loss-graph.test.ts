import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../src/engine/onnxruntime/program.ts';
import type { Tensor } from '../../src/graph/operation.ts';
import { loadModel } from '../../src/model/model.ts';
import { buildLoss, gradientName, type LossName } from '../../src/training/loss-graph.ts';
import type { ParameterLayout } from '../../src/training/parameters.ts';
import { relativeDistance } from '../graph/distance.ts';
import { golden, tinyCheckpoint, tinyGradientNorms, tinyWeights } from '../model/tiny.ts';
import { goldenRows, tinyTraining } from './tiny-training.ts';

type Outputs = Readonly<Record<string, Tensor>>;
type Run = (options?: {
  share?: number;
  rows?: readonly number[];
  weights?: ReturnType<typeof tinyWeights>;
}) => Promise<Outputs>;

let layout: ParameterLayout;
const runs = {} as Record<LossName, Run>;

beforeAll(async () => {
  const { config, layout: laidOut } = await tinyTraining();
  layout = laidOut;
  const rows = goldenRows();
  const checkpoint = tinyWeights();
  for (const name of ['l1', 'l2'] as const) {
    const program = await compile(buildLoss(config, name), 'inputs');
    runs[name] = ({ share = 1, rows: wanted = [0, 1], weights = checkpoint } = {}) => {
      const chosen = wanted.map((row) => rows[row]!);
      const stacked = (of: 'signal' | 'noise' | 'mels') => Float32Array.from(chosen.flatMap((row) => [...row[of]]));
      const batch = chosen.length;
      return program.run({
        ...Object.fromEntries(weights),
        signal: { shape: [batch, 3600], data: stacked('signal') },
        target: { shape: [batch, 3600], data: stacked('noise') },
        mels: { shape: [batch, 80, 12], data: stacked('mels') },
        noiseLevels: { shape: [batch], data: Float32Array.from(chosen, ({ level }) => level) },
        share: { shape: [1, 1], data: Float32Array.of(share) },
      });
    };
  }
});

const gradientOf = (outputs: Outputs, name: string) => outputs[gradientName(name)]!.data;
const names = () => layout.slots.map(({ name }) => name);

describe('the L1 loss', () => {
  test("is PyTorch's, and so are its gradients and their norms", async () => {
    const outputs = await runs.l1();
    expect(outputs.loss!.data[0]! / golden('grad/loss')[0]!).toBeCloseTo(1, 5);
    let squares = 0;
    for (const [name, expected] of Object.entries(tinyGradientNorms())) {
      const norm = Math.hypot(...gradientOf(outputs, name));
      expect(Math.abs(norm / expected - 1), name).toBeLessThan(1e-3);
      squares += norm ** 2;
    }
    expect(Math.sqrt(squares) / golden('grad/total_norm')[0]!).toBeCloseTo(1, 4);
    const kernel = 'nn.ublock_preconv.conv1d.weight';
    expect(relativeDistance(gradientOf(outputs, kernel), golden(`grad/${kernel}`))).toBeLessThan(1e-4);
  });

  test('and its gradients are sums over the shares of a batch', async () => {
    const whole = await runs.l1();
    const parts = [await runs.l1({ rows: [0], share: 0.5 }), await runs.l1({ rows: [1], share: 0.5 })];
    expect((parts[0]!.loss!.data[0]! + parts[1]!.loss!.data[0]!) / whole.loss!.data[0]!).toBeCloseTo(1, 6);
    for (const name of names()) {
      const [a, b] = parts.map((outputs) => gradientOf(outputs, name));
      const sum = a!.map((x, i) => x + b![i]!);
      expect(relativeDistance(sum, gradientOf(whole, name)), name).toBeLessThan(1e-4);
    }
  });
});

describe('the L2 loss', () => {
  test('is the mean of (ε − ε̂)²', async () => {
    const [model, rows] = [await loadModel(tinyCheckpoint), goldenRows()];
    let sum = 0;
    for (const { signal, mels, noise, level } of rows) {
      const predicted = await model.predictNoise({ signal, mels, noiseLevels: Float32Array.of(level), batch: 1 });
      noise.forEach((epsilon, i) => {
        sum += (epsilon - predicted[i]!) ** 2;
      });
    }
    await model.dispose();
    expect((await runs.l2()).loss!.data[0]! / (sum / 7200)).toBeCloseTo(1, 5);
  });

  test.each([
    'nn.ublock_postconv.conv1d.weight',
    'nn.ublocks.1.first_block_main_branch.upsampling.2.conv1d.weight',
    'nn.films.3.scale_conv.conv1d.bias',
  ])('has the gradient by %s that central differences give', async (name) => {
    const outputs = await runs.l2();
    const gradient = gradientOf(outputs, name);
    const step = 2 ** -10;
    // The three weights that it says most of, so that rounding of the loss says least.
    const places = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!)).slice(0, 3);
    for (const place of places) {
      const moved = async (by: number) => {
        const weights = tinyWeights();
        weights.get(name)!.data[place]! += by;
        return (await runs.l2({ weights })).loss!.data[0]!;
      };
      const slope = ((await moved(step)) - (await moved(-step))) / (2 * step);
      // The loss, about 4, is known to 1e-6, so the slope to 5e-4; leaky ReLUs bend it.
      expect(slope / gradient[place]!).toBeCloseTo(1, 2);
    }
  });
});
