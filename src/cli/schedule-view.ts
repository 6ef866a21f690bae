import type { Precision } from '../diffusion/process.ts';
import { type ClampedLevel, SPEECH_RMS, underClamp } from '../schedule/analysis/clamp.ts';
import { inFloat32 } from '../schedule/analysis/float32.ts';
import type { Clamp, NoiseSchedule } from '../schedule/noise-schedule.ts';
import { fourDigits, small } from './plain-table.ts';

/** What a schedule is looked at under; nothing where not asked for. */
export interface View {
  readonly clamp?: Clamp | undefined;
  readonly precision?: Precision | undefined;
}

/** The level of which a clamp cuts most; undefined where it cuts none. */
export function mostCut(levels: readonly ClampedLevel[]): ClampedLevel | undefined {
  const most = levels.reduce((a, b) => (b.cut > a.cut ? b : a));
  return most.cut > 0 ? most : undefined;
}

/** σ_1 … σ_N as they are under what is asked for, where that can differ from the schedule's own. */
export function viewSigmas(
  schedule: NoiseSchedule,
  { clamp, precision }: View,
): { readonly name: string; readonly sigmas: readonly number[] }[] {
  const clamped = () => underClamp(schedule, 'state').map(({ sigmaThere }) => sigmaThere);
  return [
    ...(precision === 'float32' ? [{ name: 'in float32', sigmas: inFloat32(schedule).sigmas }] : []),
    ...(clamp === 'state' ? [{ name: 'state clamped', sigmas: clamped() }] : []),
  ];
}

/** What the view comes to for a schedule, one sentence for each thing asked for. */
export function viewSentences(schedule: NoiseSchedule, { clamp, precision }: View): string[] {
  return [
    ...(precision === undefined ? [] : [precisionSentence(schedule, precision)]),
    ...(clamp === undefined ? [] : [clampSentence(schedule, clamp)]),
  ];
}

/** What is asked for and changes no schedule, one sentence each. */
export function unchangedSentences({ clamp, precision }: View): string[] {
  return [
    ...(precision === 'float64' ? [AS_LISTED.float64] : []),
    ...(clamp === 'x0' || clamp === 'none' ? [AS_LISTED[clamp]] : []),
  ];
}

const AS_LISTED = {
  float64: 'In float64 every σ is as listed, and the last step scales its result by 1.',
  x0: 'With x0 clamped the levels are as listed: that holds the estimate of the clean signal, not the state.',
  none: 'With nothing clamped the levels are as listed.',
} as const;

function precisionSentence(schedule: NoiseSchedule, precision: Precision): string {
  if (precision === 'float64') return AS_LISTED.float64;
  const { sigmas, largestChange, lastStepGain } = inFloat32(schedule);
  const { n, change } = largestChange;
  const moved = `${small(schedule.sigmas[n - 1]!)} becomes ${small(sigmas[n - 1]!)}`;
  const most = Number.isFinite(change) ? `by at most ${Number((100 * change).toPrecision(2))} %` : 'without bound';
  const last = Number.isFinite(lastStepGain) ? `scales its result by ${fourDigits(lastStepGain)}` : 'divides by zero';
  return `In float32 σ moves ${most} (step ${n}: ${moved}), and the last step ${last}.`;
}

function clampSentence(schedule: NoiseSchedule, clamp: Clamp): string {
  const made = schedule.clamp === clamp ? '' : ` It is meant for a sampler that clamps ${CLAMPED[schedule.clamp]}.`;
  if (clamp !== 'state') return `${AS_LISTED[clamp]}${made}`;
  const most = mostCut(underClamp(schedule, 'state'));
  const decibels = Math.round(20 * Math.log10(SPEECH_RMS));
  if (most === undefined || most.cut < 0.001) {
    return `With the state clamped, less than 0.1 % of the samples are cut at every level (speech at ${decibels} dB).${made}`;
  }
  const { n, cut, gain, sigma, sigmaThere } = most;
  return (
    `With the state clamped, up to ${(100 * cut).toPrecision(3)} % of the samples are cut (step ${n}, speech at ${decibels} dB): ` +
    `the signal there is scaled by ${fourDigits(gain)}, and σ is ${small(sigmaThere)} instead of ${small(sigma)}.${made}`
  );
}

const CLAMPED: Readonly<Record<Clamp, string>> = {
  x0: 'x0',
  state: 'the state',
  none: 'nothing',
};
