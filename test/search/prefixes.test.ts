import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processConstants } from '../../src/diffusion/process.ts';
import { sample } from '../../src/diffusion/sampler.ts';
import { fillNormal } from '../../src/random/noise.ts';
import { levelGrid } from '../../src/schedule/level-grid.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { createEvaluator, type EvaluationTask } from '../../src/search/evaluator.ts';
import { prefixRuns } from '../../src/search/prefix-runs.ts';
import { createPrefixLedger, prefixKeys, searchConstants } from '../../src/search/prefixes.ts';
import { MEL_CONFIG, noise } from '../audio/signals.ts';

const betasOf = (sigmas: readonly number[]) => NoiseSchedule.fromSigmas(sigmas).betas;
const keysOf = (sigmas: readonly number[]) => prefixKeys(searchConstants(betasOf(sigmas), 'float64'));

/** Rising σ from 3e-4 on, each at least 2 % above the one before. */
const rising = fc
  .array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 8 })
  .map((gaps) => gaps.map((_, i) => 3e-4 * 1.02 ** gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0)));

describe('schedules share as many evaluations as they have noisiest levels in common', () => {
  test('whatever betas lead to those', () => {
    fc.assert(
      fc.property(rising, fc.nat(3), (sigmas, changed) => {
        const keys = keysOf(sigmas);
        const others = keysOf(sigmas.with(changed, 0.999 * sigmas[changed]!));
        const common = sigmas.length - 1 - changed;
        expect(others.slice(0, common)).toEqual(keys.slice(0, common));
        expect(others.slice(common).some((key, k) => key === keys[common + k])).toBe(false);
        // A schedule that ends before has all it asks, but for the last, in common.
        expect(keysOf(sigmas.slice(1))).toEqual(keys.slice(0, -1));
      }),
      { numRuns: 300 },
    );
  });

  test('with constants that are the exact ones to eight digits', () => {
    fc.assert(
      fc.property(rising, (sigmas) => {
        const betas = betasOf(sigmas);
        const exact = processConstants(betas, 'float64');
        const shared = searchConstants(betas, 'float64');
        for (const [i, value] of exact.noiseLevels.entries()) expect(shared.noiseLevels[i]! / value).toBeCloseTo(1, 8);
        for (const [i, value] of exact.noiseGain.entries()) expect(shared.noiseGain[i]! / value).toBeCloseTo(1, 8);
        expect(shared.meanFromClean[0]).toBeCloseTo(1, 8);
      }),
    );
  });
});

describe('a ledger charges', () => {
  test('a grid of five values at each of four levels 5 + 25 + 125 + 625 in place of 4 · 625', () => {
    const ledger = createPrefixLedger('float64');
    const grid = levelGrid(4, [1e-3, 2], 5);
    let nfe = 0;
    for (let i = 0; i < grid.length; i++) nfe += ledger.charge(grid.at(i).betas, 4 * 7200);
    expect([grid.length, nfe]).toEqual([625, 780]);
  });

  test('a sweep over six levels, from the least noisy one up, what lies below each', () => {
    const ledger = createPrefixLedger('float64');
    const start = [1e-3, 6e-3, 0.02, 0.08, 0.24, 0.67];
    expect(ledger.charge(betasOf(start), 7200)).toBe(6);
    const costs = start.map((sigma, i) => ledger.charge(betasOf(start.with(i, 1.1 * sigma)), 7200));
    expect(costs).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('what was needed long ago once more', () => {
    const ledger = createPrefixLedger('float64');
    // A memory of two states: what one schedule of three steps needs.
    const samples = 2 ** 25 / 4;
    const charge = (first: number) => ledger.charge(betasOf([first, 0.1, 1]), samples);
    expect([charge(0.01), charge(0.02)]).toEqual([3, 1]);
    expect(ledger.charge(betasOf([0.01, 0.2, 2]), samples)).toBe(3);
    expect(charge(0.03)).toBe(3);
  });
});

test('a ledger that is told what some came to charges the others as one that charged all', () => {
  const step = fc.record({
    sigmas: fc.uniqueArray(fc.constantFrom(0.01, 0.02, 0.05, 0.1, 0.3, 1), { minLength: 2, maxLength: 4 }),
    // A memory of two to eight states; of equal size where the clips are the same.
    clips: fc.constantFrom(['', 2 ** 21] as const, ['0/', 2 ** 22] as const, ['1/', 2 ** 23] as const),
    isKnown: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [told, charging] = [createPrefixLedger('float64'), createPrefixLedger('float64')];
      for (const { sigmas, clips, isKnown } of steps) {
        const [scope, samples] = clips;
        const betas = betasOf(sigmas.toSorted((a, b) => a - b));
        const charged = charging.charge(betas, samples, scope);
        if (isKnown) told.note(betas, samples, scope);
        else expect(told.charge(betas, samples, scope)).toBe(charged);
      }
    }),
  );
});

describe('runs', () => {
  const task = (sigmas: readonly number[], replicate = 0) =>
    ({ betas: betasOf(sigmas), set: 'scoring', purpose: 'scoring', replicate }) as const;

  test('hold what is under one prefix, each task once', () => {
    const tasks = [task([0.1, 1]), task([0.1, 2]), task([0.2, 1]), task([0.2, 2]), task([0.3, 1]), task([0.1, 1], 1)];
    expect(prefixRuns(tasks, 'float64', 1).map((run) => run.toSorted((a, b) => a - b))).toEqual(
      expect.arrayContaining([[0, 2, 4], [1, 3], [5]]),
    );
  });

  test('are of one network', () => {
    const tasks = [task([0.1, 1]), { ...task([0.2, 1]), coarse: true }, task([0.3, 1])];
    const runs = prefixRuns(tasks, 'float64', 1).map((run) => run.toSorted((a, b) => a - b));
    expect(runs.toSorted((a, b) => a[0]! - b[0]!)).toEqual([[0, 2], [1]]);
  });

  test('are divided so that every worker has two', () => {
    const tasks = Array.from({ length: 8 }, (_, i) => task([0.01 * (i + 1), 0.5, 1]));
    expect(prefixRuns(tasks, 'float64', 1).map(({ length }) => length)).toEqual([4, 4]);
    expect(prefixRuns(tasks, 'float64', 2).map(({ length }) => length)).toEqual([2, 2, 2, 2]);
    expect(prefixRuns(tasks, 'float64', 8).flat()).toHaveLength(8);
    expect(prefixRuns([], 'float64', 2)).toEqual([]);
  });
});

describe('an evaluator that knows a prefix', () => {
  let asked = 0;
  /** A network that is not linear, and whose answer depends on everything it is told. */
  const options = {
    predictNoise: async ({
      signal,
      mels,
      noiseLevels,
    }: {
      signal: Float32Array;
      mels: Float32Array;
      noiseLevels: Float32Array;
    }) => {
      asked++;
      return signal.map((x) => Math.tanh(x * noiseLevels[0]! + 0.01 * mels[0]!));
    },
    melConfig: MEL_CONFIG,
    clips: { scoring: [noise(2400), noise(2400, 0.1, 2)], heldout: [] },
    clipsPerCall: 1,
    seed: 3,
    clamp: 'x0',
    precision: 'float64',
  } as const;
  const task = (sigmas: readonly number[]): EvaluationTask => {
    const about = { kind: 'evaluation', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
    return { ...about, betas: betasOf(sigmas), metrics: ['log-mel-l1'] };
  };

  test('gives the scores of one that does not, bit for bit, for fewer evaluations', async () => {
    const knowing = createEvaluator(options);
    const schedules = [
      [0.001, 0.02, 0.3, 1],
      [0.002, 0.02, 0.3, 1],
      [0.002, 0.01, 0.3, 1],
      [0.002, 0.01, 0.4, 1],
      [0.002, 0.01, 0.3, 1.1],
      [0.001, 0.03, 0.3, 1],
    ];
    const nfe: number[] = [];
    for (const sigmas of schedules) {
      const before = asked;
      const shared = (await knowing.evaluate(task(sigmas)))!;
      nfe.push(shared.nfe);
      expect(asked - before).toBe(2 * shared.nfe);
      const alone = (await createEvaluator(options).evaluate(task(sigmas)))!;
      expect(alone.nfe).toBe(4);
      expect(shared.distances).toEqual(alone.distances);
    }
    expect(nfe).toEqual([4, 1, 2, 3, 4, 2]);
  });

  test('does not mix what two networks said, and counts a coarse evaluation as three fifths', async () => {
    let loads = 0;
    const loadCoarse = async () => {
      loads++;
      return async ({ signal }: { signal: Float32Array }) => signal.map((x) => 0.9 * x);
    };
    const both = createEvaluator({ ...options, loadCoarse });
    const wanted = [task([0.001, 0.02, 0.3, 1]), task([0.002, 0.02, 0.3, 1])];
    const inTurn = wanted.flatMap((one) => [one, { ...one, coarse: true }]);
    const nfe: number[] = [];
    for (const one of inTurn) {
      const mixed = (await both.evaluate(one))!;
      const alone = (await createEvaluator({ ...options, loadCoarse }).evaluate(one))!;
      expect(mixed.distances).toEqual(alone.distances);
      nfe.push(mixed.nfe);
    }
    expect(nfe.map((count) => Number(count.toFixed(9)))).toEqual([4, 2.4, 1, 0.6]);
    // One for the evaluator of both, and one for each that was alone.
    expect(loads).toBe(1 + 2);
    await expect(createEvaluator(options).evaluate(inTurn[1]!)).rejects.toThrow('made without a coarse network');
  });

  test('samples as the sampler does', async () => {
    const betas = betasOf([0.001, 0.02, 0.3, 1]);
    const [clip] = options.clips.scoring;
    const speech = await sample({
      predictNoise: options.predictNoise,
      betas,
      mels: new Float32Array(80 * 8),
      batch: 1,
      samples: clip.length,
      noise: (k) =>
        fillNormal(new Float32Array(clip.length), { seed: 3, purpose: 'scoring', clip: 0, replicate: 0, k }),
    });
    const silent = { ...options, clips: { scoring: [new Float32Array(clip.length)], heldout: [] } };
    const { distances } = (await createEvaluator(silent).evaluate({ ...task([0.001, 0.02, 0.3, 1]) }))!;
    const { METRICS } = await import('../../src/audio/distances/index.ts');
    const distance = METRICS['log-mel-l1'].prepare(new Float32Array(clip.length), MEL_CONFIG)(speech);
    expect(distances['log-mel-l1']![0]).toBeCloseTo(distance, 6);
  });
});
