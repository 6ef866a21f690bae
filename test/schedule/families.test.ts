import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { diagnose, REFERENCE_TRAINING, warnings } from '../../src/schedule/diagnostics.ts';
import { defaultRange, FAMILIES, makeFamily, parseFamily } from '../../src/schedule/families.ts';
import { fibonacci } from '../../src/schedule/generators/fibonacci.ts';
import { karras } from '../../src/schedule/generators/karras.ts';
import { linear } from '../../src/schedule/generators/linear.ts';
import { sigmoid } from '../../src/schedule/generators/sigmoid.ts';
import type { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { largestRelativeDifference } from './fixtures.ts';

const NAMES = Object.keys(FAMILIES);

test('the families are those of the papers', () => {
  expect(NAMES).toEqual([
    'uniform-log-snr',
    'karras',
    'polyexponential',
    'cosine',
    'sigmoid',
    'uniform-t',
    'quadratic-t',
    'linear',
    'quadratic',
    'geometric',
    'fibonacci',
  ]);
});

/** What a family's range is of, at both ends of a schedule. */
const endsOf: Record<string, (schedule: NoiseSchedule) => number[]> = {
  sigma: ({ sigmas }) => [sigmas[0]!, sigmas.at(-1)!],
  beta: ({ betas }) => [betas[0]!, betas.at(-1)!],
  t: ({ levels }) => [levels[0]!, levels.at(-1)!],
};

describe.each(Object.entries(FAMILIES))('%s', (name, family) => {
  test.each(name === 'fibonacci' ? [1, 2, 6, 25] : [1, 2, 6, 25, 26, 50, 1000])(
    'makes a schedule of %d steps that starts from a trained level',
    (n) => {
      const schedule = makeFamily(name, n);
      expect(schedule.length).toBe(n);
      expect(schedule.name).toBe(`${name}-${n}`);
      expect(schedule.source).toMatch(new RegExp(`^${name}\\(.*, ${n}\\b`));
      const { smallestGap, terminalLevel } = diagnose(schedule);
      expect(smallestGap).toBeGreaterThan(0);
      expect(terminalLevel).toBeGreaterThan(REFERENCE_TRAINING.terminalLevel * (1 - 1e-9));
    },
  );

  test('goes between the ends of a range that is given', () => {
    const [lo, hi] = family.range.of === 't' ? [2, 300] : [0.01, 0.2];
    const schedule = makeFamily(name, 4, [lo, hi]);
    // Fibonacci's range is its first two betas, and a range in t is of the levels of training.
    const training = linear(1e-6, 1e-2, 1000).levels;
    const expected = family.range.of === 't' ? [training[1]!, training[299]!] : [lo, hi];
    const got = name === 'fibonacci' ? schedule.betas.slice(0, 2) : endsOf[family.range.of]!(schedule);
    expect(largestRelativeDifference(got, expected)).toBeLessThan(1e-12);
  });

  test('has the defaults it says', () => {
    const defaults = Object.entries(family.parameters).map(([parameter, value]) => [parameter, value.default]);
    const range = defaultRange(family);
    expect(range).toEqual(family.range.default);
    expect(makeFamily(name, 6)).toEqual(makeFamily(name, 6, range, Object.fromEntries(defaults)));
  });

  test('passes every parameter on', () => {
    const sources = Object.entries(family.parameters).map(
      ([parameter, { default: value }]) => makeFamily(name, 6, undefined, { [parameter]: value + 0.25 }).source,
    );
    expect(new Set([...sources, makeFamily(name, 6).source]).size).toBe(sources.length + 1);
  });

  test('says what it is in a line', () => {
    expect(family.describe).toMatch(/^[^\n]{10,79}$/);
    for (const { describe: said } of Object.values(family.parameters)) expect(said).toMatch(/^[^\n]{5,79}$/);
  });

  test('refuses a parameter that it does not have', () => {
    const known = Object.keys(family.parameters).join(', ') || 'the range';
    expect(() => makeFamily(name, 6, undefined, { sigma: 1 })).toThrow(
      new InputError(`${name}: expected no parameter but ${known}, got sigma`),
    );
  });

  test('refuses no steps in one sentence', () => {
    expect(() => makeFamily(name, 0)).toThrow(
      new InputError(`${name}: n must be a whole number from 1 to 100000, got 0`),
    );
  });
});

// Betas need not rise where σ does: evenly in ln σ, they fall once σ is near 1.
test.each(NAMES.filter((name) => FAMILIES[name]!.range.of === 'sigma'))(
  '%s stays by itself among the trained levels and those that float32 keeps',
  (name) => {
    for (const n of [2, 6, 25, 50]) {
      const found = warnings(diagnose(makeFamily(name, n)));
      expect(found.filter((warning) => warning !== 'The betas do not rise throughout.')).toEqual([]);
    }
  },
);

test('a family is its generator', () => {
  expect(makeFamily('karras', 6, [0.01, 2], { rho: 5 })).toEqual(karras(0.01, 2, 6, 5));
  expect(makeFamily('sigmoid', 6, [0.01, 2], { tau: 0.5 })).toEqual(sigmoid(0.01, 2, 6, -3, 3, 0.5));
});

test('fibonacci without a range is the shipped schedule, and ends before a beta reaches 1', () => {
  expect(makeFamily('fibonacci', 25)).toEqual(fibonacci(1e-6, 2e-6, 25));
  expect(makeFamily('fibonacci', 29).length).toBe(29);
  expect(() => makeFamily('fibonacci', 50)).toThrow(
    new InputError('fibonacci: n must be at most 29 from 0.000001, 0.000002 (beta_30 reaches 1), got 50'),
  );
});

test.each(['uniform-t', 'quadratic-t'])('%s goes over all of another training too', (name) => {
  const training = linear(1e-5, 0.05, 200);
  const { levels } = makeFamily(name, 4, undefined, {}, training);
  expect(
    largestRelativeDifference([levels[0]!, levels[3]!], [training.levels[0]!, training.levels[199]!]),
  ).toBeLessThan(1e-12);
});

test('an unknown family is refused with those there are', () => {
  for (const name of ['nothing', 'constructor', '']) {
    expect(() => makeFamily(name, 6)).toThrow(
      new InputError(`family: expected one of ${NAMES.join(', ')}, got ${name}`),
    );
  }
});

describe('parseFamily', () => {
  test.each(NAMES)('knows %s, alone and with a range', (name) => {
    expect(parseFamily(name)).toEqual({ name });
    expect(parseFamily(`${name}:1e-3:0.7`)).toEqual({ name, range: [1e-3, 0.7] });
  });

  test.each(['', 'lmnt-6', 'Karras', 'karras-6', './karras', 'karras.json', '[0.1]', 'constructor', 'C:1:2'])(
    '%s names none',
    (text) => {
      expect(parseFamily(text)).toBeUndefined();
    },
  );

  test.each(['karras:', 'karras:1', 'karras:1:', 'karras:a:b', 'karras:1:2:3', 'karras: :2', 'karras:1:Infinity'])(
    '%s has no range after its name',
    (text) => {
      expect(() => parseFamily(text)).toThrow(
        new InputError(`${text}: expected a family, alone or with a range such as karras:0.0012:0.7`),
      );
    },
  );
});
