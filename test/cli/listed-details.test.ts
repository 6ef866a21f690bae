import { beforeAll, describe, expect, test } from 'vitest';
import { nearestPreset } from '../../src/cli/distances.ts';
import { type DetailOptions, details } from '../../src/cli/listed-details.ts';
import type { ListedSchedule } from '../../src/cli/schedule-table.ts';
import { scheduleDistance } from '../../src/schedule/analysis/distance.ts';
import { diagnose, REFERENCE_TRAINING } from '../../src/schedule/diagnostics.ts';
import { listPresets } from '../../src/schedule/file.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';

let presets: NoiseSchedule[];
beforeAll(async () => {
  presets = await listPresets();
});

function entry(schedule: NoiseSchedule, alias?: string): ListedSchedule {
  return { schedule, diagnostics: diagnose(schedule), alias };
}

function preset(name: string): NoiseSchedule {
  return presets.find((schedule) => schedule.name === name)!;
}

/** The parts that `details` shows of these, as lines. */
function shown(schedules: readonly NoiseSchedule[], options: Partial<DetailOptions> = {}): string[][] {
  const entries = schedules.map((schedule) => entry(schedule));
  const defaults = { trained: REFERENCE_TRAINING, presets, view: {}, allSteps: false, width: 80 };
  return details(entries, { ...defaults, ...options })
    .split('\n\n')
    .map((part) => part.split('\n'));
}

describe('the nearest preset', () => {
  test('of a preset is another one', () => {
    const { rms, largest } = scheduleDistance(preset('fastdiff-6'), preset('lmnt-6'));
    const distance = `Δln σ is ${rms.toFixed(4)} (RMS) and ${largest.toFixed(4)} at most.`;
    expect(shown([preset('fastdiff-6')]).at(-1)).toEqual([`The nearest preset is lmnt-6: ${distance}`]);
  });

  test('of the same betas under another name is that one', () => {
    const copy = NoiseSchedule.fromBetas(preset('lmnt-6').betas, { name: 'mine' });
    expect(shown([copy]).at(-1)).toEqual(['The nearest preset is lmnt-6: Δln σ is 0.0000 (RMS) and 0.0000 at most.']);
  });

  test('of other betas under its name is that one, too', () => {
    const betas = [...preset('lmnt-6').betas.slice(0, 5), 0.44];
    const near = { ...entry(NoiseSchedule.fromBetas(betas, { name: 'lmnt-6' })), path: 'lmnt-6.json' };
    expect(nearestPreset(near, presets)).toMatchObject({ name: 'lmnt-6' });
  });

  test('of a file that is a copy of one is that one', () => {
    const copy = { ...entry(preset('lmnt-6')), path: 'lmnt-6.json' };
    expect(nearestPreset(copy, presets)).toEqual({ name: 'lmnt-6', ...scheduleDistance(copy.schedule, copy.schedule) });
  });

  test('is not told where there are two or more, whose distances are', () => {
    const [a, b, c] = ['ivanvovk-6', 'lmnt-6', 'fastdiff-3'].map(preset) as [
      NoiseSchedule,
      NoiseSchedule,
      NoiseSchedule,
    ];
    const rows = shown([a, b, c])
      .at(-1)!
      .map((line) => line.split(/ {2,}/));
    const apart = (x: NoiseSchedule, y: NoiseSchedule) => scheduleDistance(x, y).rms.toFixed(4);
    expect(rows).toEqual([
      ['RMS Δln σ', '1', '2', '3'],
      ['1 ivanvovk-6', '–', apart(a, b), apart(a, c)],
      ['2 lmnt-6', apart(a, b), '–', apart(b, c)],
      ['3 fastdiff-3', apart(a, c), apart(b, c), '–'],
    ]);
  });
});

describe('the steps', () => {
  test('of more than 50 are shown where asked for', () => {
    expect(shown([preset('ivanvovk-50')])[1]).toHaveLength(52);
    expect(shown([preset('ivanvovk-100')])[1]).toEqual(['ivanvovk-100, 100 steps', '--all-steps shows them.']);
    expect(shown([preset('ivanvovk-100')], { allSteps: true })[1]).toHaveLength(102);
  });

  test('of one step have no gap and add nothing', () => {
    // σ = sqrt(0.5/0.5) = 1, ℓ = sqrt(0.5).
    const [, [heading, , row] = []] = shown([NoiseSchedule.fromBetas([0.5])]);
    expect(heading).toBe('custom-1, 1 step');
    expect(row!.split(/ {2,}/)).toEqual(['1', '0.5000', '0.7071068', '1.000', '0.00', '∞', '0', '0.0 %']);
  });

  test('of one step have no state to clamp', () => {
    const one = shown([NoiseSchedule.fromBetas([0.999])], { view: { clamp: 'state' } })[1]!;
    expect(one.at(-1)).toMatch(/^With the state clamped, less than 0\.1 % of the samples are cut at every level/);
  });
});

describe('the view', () => {
  test('says in a sentence what changes nothing', () => {
    const of = (name: string, view: DetailOptions['view']) => shown([preset(name)], { view })[1]!;
    expect(of('lmnt-6', { precision: 'float64', clamp: 'x0' }).slice(-2)).toEqual([
      'In float64 every σ is as listed, and the last step scales its result by 1.',
      'With x0 clamped the levels are as listed: that holds the estimate of the clean signal, not the state. ' +
        'It is meant for a sampler that clamps the state.',
    ]);
    expect(of('fastdiff-3', { clamp: 'none' }).at(-1)).toBe('With nothing clamped the levels are as listed.');
  });

  test('says where float32 divides by zero', () => {
    const schedule = NoiseSchedule.fromBetas([2e-8, 0.1]);
    expect(shown([schedule], { view: { precision: 'float32' } })[1]!.at(-1)).toBe(
      'In float32 σ moves by at most 100 % (step 1: 1.414e-4 becomes 0), and the last step divides by zero.',
    );
  });
});

test('σ without bound is said to be', () => {
  const schedule = NoiseSchedule.fromBetas(Array.from({ length: 60 }, () => 0.9));
  expect(shown([schedule], { view: { precision: 'float32' } })[1]!.at(-1)).toMatch(
    /^In float32 σ moves without bound \(step \d+: \S+ becomes ∞\), and the last step scales its result by 1\.000\.$/,
  );
});

test('a schedule goes by what commands take for it, without control characters', () => {
  const options = { trained: REFERENCE_TRAINING, presets, view: {}, allSteps: false, width: 80 };
  const text = details([entry(preset('lmnt-6'), 'best\u001b[31m-6')], options);
  expect(text).toContain('\nbest [31m-6, 6 steps\n');
  expect(text).not.toContain('\u001b');
});
