import type { LogMel, MelConfig } from './mel.ts';
import { compareWithRecording } from './mel-against-recording.ts';
import { floorPower, type MelStatistics, melStatistics, scaleMismatch, shown } from './mel-scale.ts';

/** What does not fit, each in one sentence with both values. */
export interface MelCheck {
  /** With these the model cannot run, or what comes out has the wrong length. */
  readonly refusals: string[];
  /** With these the model runs, and what comes out is likely to be noise or to sound dull. */
  readonly warnings: string[];
}

/**
 * Checks a mel against what a model was trained with. From its numbers alone: bands (and whether it is transposed), values that
 * are not finite, natural logarithms, decibels, no logarithm, normalised values, samples of 16 bits, and how silence is written.
 * With the recording it was made from also: hop, magnitudes instead of powers, loudness, mel range, scale and window.
 *
 * @param mel data [nMels, frames]
 * @param recording mono, at config.sample_rate
 * @returns empty lists where nothing speaks against the mel
 * @throws InputError if the recording is too short for one frame, or a setting is out of range
 */
export function checkMel(mel: LogMel, config: MelConfig, recording?: Float32Array): MelCheck {
  const refusal = wrongShape(mel, config) ?? notFinite(mel, config);
  if (refusal !== undefined) return { refusals: [refusal], warnings: [] };
  const statistics = melStatistics(mel);
  const compared = recording && compareWithRecording(mel, statistics, config, recording);
  const guess = compared?.fits ? undefined : scaleMismatch(withoutRightFloor(statistics, config), config);
  const warnings = [...(guess === undefined ? [] : [guess]), ...(compared?.warnings ?? [])];
  const isLog10 = guess === undefined && (compared?.isLog10 ?? true);
  const floor = isLog10 ? floorMismatch(statistics, config.mel_floor) : undefined;
  if (floor !== undefined) warnings.push(floor);
  return { refusals: compared?.refusals ?? [], warnings };
}

function wrongShape({ data, nMels, frames }: LogMel, { n_mels: expected }: MelConfig): string | undefined {
  if (nMels !== expected) {
    return frames === expected
      ? `expected [bands, frames] with the model's ${expected} bands, got [${nMels}, ${frames}], which is transposed`
      : `expected the model's ${expected} bands, got ${nMels}`;
  }
  if (frames < 1 || data.length !== nMels * frames) {
    return `expected at least one frame of ${nMels} bands, got ${data.length} values for ${frames} frames`;
  }
  return undefined;
}

function notFinite({ data, frames }: LogMel, { mel_floor: floor }: MelConfig): string | undefined {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return undefined;
  const value = data[at]!;
  const count = data.reduce((sum, each) => sum + (Number.isFinite(each) ? 0 : 1), 0);
  const where = `first ${value} in band ${Math.floor(at / frames)} of frame ${at % frames}`;
  const silence = value === -Infinity ? `; silence is ${shownSilence(floor)} for the model` : '';
  return `expected finite values, got ${count} of ${data.length} that are not, ${where}${silence}`;
}

/** Where the mel stops at the model's own floor, that says nothing about its scale. */
function withoutRightFloor(statistics: MelStatistics, { mel_floor: expected = 0 }: MelConfig): MelStatistics {
  const isRight = Math.abs((statistics.floor ?? 0) - Math.log10(expected)) <= NEAR;
  return isRight ? { ...statistics, floor: undefined } : statistics;
}

function floorMismatch({ floor, least, zeros }: MelStatistics, expected: number | undefined): string | undefined {
  if (expected === undefined) {
    return floor === undefined || floor >= 0
      ? undefined
      : `the values stop at ${shownFloor(floor)}; the model has no mel_floor, and silence is 0 for it`;
  }
  const right = Math.log10(expected);
  if (Math.abs(right) > NEAR && zeros > 1) {
    return `silence is 0 in ${zeros} places; the model's mel_floor of ${expected} makes it ${shown(right)}`;
  }
  if (floor !== undefined && Math.abs(floor - right) > NEAR) {
    return `the values stop at ${shownFloor(floor)}; the model's mel_floor of ${expected} makes that ${shown(right)}`;
  }
  if (least < right - NEAR) {
    return `the values go down to ${shown(least)}; the model's mel_floor of ${expected} ends them at ${shown(right)}`;
  }
  return undefined;
}

/** A mel kept in float16 or bfloat16 is a little off. */
const NEAR = 0.05;

function shownFloor(floor: number): string {
  const power = floorPower(floor, 1);
  return power === undefined ? shown(floor) : `${shown(floor)}, log10 of a floor of ${power}`;
}

function shownSilence(floor: number | undefined): string {
  return floor === undefined ? '0' : `${shown(Math.log10(floor))} (mel_floor ${floor})`;
}
