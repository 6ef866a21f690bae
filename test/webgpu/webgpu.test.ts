import { beforeAll, describe, expect, test } from 'vitest';
import { sample } from '../../src/diffusion/sampler.ts';
import { loadModel } from '../../src/model/model.ts';
import { relativeDistance } from '../graph/distance.ts';
import { golden, tinyCheckpoint } from '../model/tiny.ts';
import { distancesOf, plainEvaluator, tasks } from '../search/row-problem.ts';
import { clips, noiseOf, PHASES, SAMPLES, sampled } from './sampling.ts';
import { hasSwiftShader, onSwiftShader } from './swiftshader.ts';

interface Printed {
  readonly sines: readonly (readonly number[])[];
  readonly predicted: readonly number[];
  readonly generated: readonly (readonly number[])[];
  readonly together: readonly (readonly number[])[];
  readonly alone: readonly (readonly number[])[];
}

describe.skipIf(!hasSwiftShader)('on WebGPU, by a software driver', () => {
  let printed: Printed;

  beforeAll(() => {
    printed = onSwiftShader('network-child.ts') as Printed;
  }, 600_000);

  test('sines are those of double precision', () => {
    // WGSL's own are off by up to 3e-4 here.
    const expected = [Math.sin, Math.cos].map((f) => Array.from(PHASES, (x) => Math.fround(f(x))));
    for (const [i, values] of expected.entries())
      expect(relativeDistance(printed.sines[i]!, values)).toBeLessThan(1e-7);
  });

  test("the network's output is that of the reference", () => {
    // As on the CPU (test/model/model.test.ts). Measured 2.4e-6; with WGSL's sines it was 2.7e-4.
    expect(relativeDistance(printed.predicted, golden('forward/eps'))).toBeLessThan(1e-5);
  });

  test('a sampling whose states stay on the device is that of the CPU', async () => {
    const model = await loadModel(tinyCheckpoint);
    const { predictNoise } = model;
    for (const [clip, mels] of clips.entries()) {
      const noise = (k: number) => noiseOf(clip, k);
      const expected = await sample({ predictNoise, ...sampled, mels, batch: 1, samples: SAMPLES, noise });
      // Measured 2e-6: float32 in another order.
      expect(relativeDistance(printed.generated[clip]!, expected)).toBeLessThan(1e-4);
    }
    await model.dispose();
  });

  test('schedules that are scored together have the scores of the CPU, and bit for bit those they have alone', async () => {
    const { evaluator, dispose } = await plainEvaluator();
    for (const [i, task] of tasks.entries()) {
      const expected = distancesOf(await evaluator.evaluate(task));
      // Measured 5e-7.
      expect(relativeDistance(printed.together[i]!, expected)).toBeLessThan(1e-5);
    }
    await dispose();
    expect(printed.alone).toEqual(printed.together.slice(0, printed.alone.length));
  });
});
