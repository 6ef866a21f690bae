import { type FrontEnd, LARGEST_FFT, logBands, spectra, withOtherBands, withOtherFrames } from './front-ends.ts';
import type { LogMel, MelConfig } from './mel.ts';
import { isLinear, type MelStatistics, shown } from './mel-scale.ts';
import { createStft } from './stft.ts';

/** What a recording says about a mel that was made from it. */
interface Comparison {
  readonly refusals: string[];
  readonly warnings: string[];
  /** Whether the mel is that of the recording, but for its scale. */
  readonly fits: boolean;
  /** False where the values are something else than log10 of a power. */
  readonly isLog10: boolean;
}

/** values ≈ slope · expected + offset. */
interface Line {
  readonly slope: number;
  readonly offset: number;
  readonly correlation: number;
}

interface Fit extends Line {
  readonly frontEnd: FrontEnd;
}

/** Hops of published front ends, in samples. */
const HOPS = [
  64, 80, 100, 120, 128, 150, 160, 180, 200, 220, 240, 256, 275, 300, 320, 330, 350, 400, 441, 480, 512, 551, 600, 640,
  800, 882, 960, 1024, 1200,
];

/** The last frame may be kept, or two be lost to padding. */
const SPARE_FRAMES = 2;
const MOST_FRAMES = 100;
const FEWEST_CELLS = 100;
/** The float32 transform of other projects leaves noise 12 decades below the loudest band. */
const DECADES = 10;

/** Rounding to float16 stays above. */
const EQUAL = 0.999_99;
/** Nothing better need be looked for. */
const SAME = 0.9999;
/** Below this the mel is of something else; codecs and windows of other lengths stay above. */
const UNLIKE = 0.98;
/** By so many times must the unexplained part shrink before another front end is named. */
const CLEARLY = 4;

/** What values are that grow by so much for ten times the power. */
const SLOPES: readonly (readonly [slope: number, what: string])[] = [
  [1, 'log10 of the power'],
  [0.5, 'log10 of magnitudes'],
  [Math.LN10, 'natural logarithms of the power'],
  [Math.LN10 / 2, 'natural logarithms of magnitudes'],
  [10, 'decibels'],
  [0.1, 'decibels normalised to [0, 1]'],
  [0.2, 'decibels normalised to [-1, 1]'],
  [0.8, 'decibels normalised to [-4, 4]'],
];
const SLOPE_TOLERANCE = 0.04;

/** In decades of power: 1 dB. */
const AUDIBLE = 0.1;
/** log10 of 32768². */
const OF_16_BITS = 9.031;

/**
 * Fits a mel as a straight line of the log10 mel that the model's front end makes of the recording, and of what other usual ones
 * make. Values on the mel's floor, silence, and what rounding leaves beside loud bands do not count.
 */
export function compareWithRecording(
  mel: LogMel,
  statistics: MelStatistics,
  config: MelConfig,
  recording: Float32Array,
): Comparison {
  const stft = createStft({ nFft: config.n_fft, hopLength: config.hop_length, winLength: config.win_length });
  const expected = stft.frameCount(recording.length) - 1;
  const refusals: string[] = [];
  const warnings: string[] = [];
  let hopLength = config.hop_length;
  if (Math.abs(mel.frames - expected) > SPARE_FRAMES) {
    const about = `the mel has ${mel.frames} frames for ${recording.length.toLocaleString('en-US')} samples`;
    const hop = likelyHop(mel.frames, recording.length);
    if (hop === undefined) {
      warnings.push(`${about}; with the model's hop of ${hopLength} they would be ${expected}`);
      return { refusals, warnings, fits: false, isLog10: true };
    }
    refusals.push(`${about}, as with a hop of ${hop}; the model has a hop of ${hopLength}`);
    hopLength = hop;
  }
  const own: FrontEnd = {
    sampleRate: config.sample_rate,
    nMels: config.n_mels,
    nFft: config.n_fft,
    winLength: config.win_length,
    hopLength,
    centre: 'sample',
    fMin: config.f_min,
    fMax: config.f_max,
    scale: 'htk',
    areaNormalised: false,
    sums: 'power',
  };
  const { ownFit, bestFit } = bestFitting(mel, statistics, own, recording);
  if (ownFit === undefined || bestFit === undefined) return { refusals, warnings, fits: false, isLog10: true };
  const { correlation } = bestFit;
  if (correlation < UNLIKE) {
    warnings.push(
      `the mel is unlike what the model's front end makes of the recording: the correlation is ${correlation.toFixed(3)}, where 1 was expected`,
    );
    return { refusals, warnings, fits: false, isLog10: true };
  }
  const linear = isLinear(statistics);
  const isLog10 = !linear && isNear(slopePerPower(bestFit), 1);
  if (!isLog10) warnings.push(scaleSentence(bestFit, linear));
  for (const sentence of [loudnessSentence(bestFit), frontEndSentence(bestFit, ownFit)]) {
    if (sentence !== undefined) warnings.push(sentence);
  }
  return { refusals, warnings, fits: true, isLog10 };
}

function slopePerPower({ slope, frontEnd }: Fit): number {
  return frontEnd.sums === 'power' ? slope : slope / 2;
}

function isNear(value: number, expected: number): boolean {
  return Math.abs(value / expected - 1) < SLOPE_TOLERANCE;
}

function scaleSentence(fit: Fit, linear: boolean): string {
  const slope = slopePerPower(fit);
  if (linear) {
    const what = isNear(slope, 0.5) ? 'magnitudes' : 'powers';
    return `the values are ${what} without a logarithm; the model takes log10 of the power`;
  }
  const [, what] = SLOPES.find(([expected]) => isNear(slope, expected)) ?? [slope, 'some normalised mels do'];
  return `the values grow by ${shown(slope)} for ten times the power, as ${what}; the model takes log10 of the power, which grows by 1`;
}

/** For logarithms only: of decibels and normalised values the offset is a matter of taste. */
function loudnessSentence(fit: Fit): string | undefined {
  const slope = slopePerPower(fit);
  if (!SLOPES.slice(0, 4).some(([expected]) => isNear(slope, expected))) return undefined;
  const decades = fit.offset / slope;
  if (Math.abs(decades) < AUDIBLE) return undefined;
  if (Math.abs(decades - OF_16_BITS) < AUDIBLE) {
    return 'the mel is that of samples from -32768 to 32767; the model takes samples from -1 to 1';
  }
  const decibels = Math.abs(10 * decades).toFixed(1);
  return `the mel is ${decibels} dB ${decades > 0 ? 'louder' : 'quieter'} than the recording; the model takes both at the same level, 0 dB apart`;
}

/** The settings of the front end that fits better than the model's own, beside its own. */
function frontEndSentence(
  { frontEnd: found, correlation }: Fit,
  { frontEnd: own, ...ownLine }: Fit,
): string | undefined {
  const both: (readonly [string, string])[] = [];
  const note = (show: (frontEnd: FrontEnd) => string): void => {
    if (show(found) !== show(own)) both.push([show(found), show(own)]);
  };
  note(({ fMin, fMax }) => `bands from ${fMin} to ${fMax} Hz`);
  note(({ scale }) => (scale === 'htk' ? "HTK's mel scale" : "Slaney's mel scale"));
  note(({ areaNormalised }) => (areaNormalised ? 'bands of equal area' : 'bands of equal height'));
  note(({ nFft }) => `n_fft ${nFft}`);
  note(({ winLength }) => `win_length ${winLength}`);
  note(({ centre }) => (centre === 'sample' ? 'frames from the first sample on' : 'frames from half a hop on'));
  if (both.length === 0) return undefined;
  const [theirs, ours] = [0, 1].map((i) => both.map((pair) => pair[i]!).join(', '));
  return `the mel fits ${theirs} best (correlation ${correlation.toFixed(4)}); the model has ${ours} (${ownLine.correlation.toFixed(4)})`;
}

function likelyHop(frames: number, samples: number): number | undefined {
  const off = (hop: number) => Math.abs(samples / hop - frames);
  const nearest = HOPS.toSorted((a, b) => off(a) - off(b))[0]!;
  return off(nearest) <= 1 ? nearest : undefined;
}

/** The fit of the model's own front end, and of another that is clearly better, or the same again. */
function bestFitting(mel: LogMel, statistics: MelStatistics, own: FrontEnd, recording: Float32Array) {
  const frames = comparedFrames(Math.min(mel.frames, Math.floor(recording.length / own.hopLength)), own);
  const values = wantedValues(mel, statistics, frames);
  const fitAll = (frontEnds: readonly [FrontEnd, ...FrontEnd[]]): (Fit | undefined)[] => {
    // They differ in nothing that the spectra depend on.
    const shared = spectra(recording, frontEnds[0], frames);
    return frontEnds.map((frontEnd) => {
      const line = fitLine(logBands(shared, frontEnd), values, frames.length);
      return line && { ...line, frontEnd };
    });
  };
  const best = (fits: readonly (Fit | undefined)[]) =>
    fits.reduce((a, b) => ((b?.correlation ?? -1) > (a?.correlation ?? -1) ? b : a), undefined);

  const [ownFit] = fitAll([own]);
  if (ownFit === undefined || ownFit.correlation > EQUAL) return { ownFit, bestFit: ownFit };
  let found = best(fitAll(withOtherBands(own))) ?? ownFit;
  if (found.correlation < SAME) {
    const framed = best(withOtherFrames(found.frontEnd).flatMap((frontEnd) => fitAll([frontEnd])));
    if (framed !== undefined && framed.correlation > found.correlation) {
      found = best(fitAll(withOtherBands(framed.frontEnd))) ?? framed;
    }
  }
  const isClear = found.correlation > 0.999 && 1 - found.correlation < (1 - ownFit.correlation) / CLEARLY;
  return { ownFit, bestFit: isClear ? found : ownFit };
}

/** Some of the first `count` frames, without those at the ends where there are enough: what lies beyond is made up differently. */
function comparedFrames(count: number, { hopLength, nFft }: FrontEnd): number[] {
  const margin = Math.ceil(Math.max(nFft, LARGEST_FFT) / 2 / hopLength) + 1;
  const from = count > 4 * margin ? margin : 0;
  const every = Math.ceil((count - 2 * from) / MOST_FRAMES);
  return Array.from({ length: Math.ceil((count - 2 * from) / every) }, (_, i) => from + i * every);
}

/** [nMels, frames] of the frames that are compared, with NaN for what does not count; of a linear mel the logarithm. */
function wantedValues(mel: LogMel, statistics: MelStatistics, frames: readonly number[]): Float64Array {
  const { floor, most } = statistics;
  const linear = isLinear(statistics);
  const out = new Float64Array(mel.nMels * frames.length);
  for (let at = 0; at < out.length; at++) {
    const band = Math.floor(at / frames.length);
    const value = mel.data[band * mel.frames + frames[at % frames.length]!]!;
    const counts = value !== 0 && value !== floor && value !== most;
    out[at] = !counts ? Number.NaN : linear ? Math.log10(value) : value;
  }
  return out;
}

/** Least squares over the cells that count. */
function fitLine(expected: Float64Array, values: Float64Array, frames: number): Line | undefined {
  const loudest = Array.from({ length: frames }, (_, frame) => {
    let most = -Infinity;
    for (let at = frame; at < expected.length; at += frames) most = Math.max(most, expected[at]!);
    return most;
  });
  let [n, sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const [x, y] = [expected[at]!, values[at]!];
    if (Number.isNaN(y) || !(x > loudest[at % frames]! - DECADES)) continue;
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
  }
  const [vx, vy, cxy] = [sxx - (sx * sx) / n, syy - (sy * sy) / n, sxy - (sx * sy) / n];
  if (n < FEWEST_CELLS || !(vx > 0) || !(vy > 0)) return undefined;
  const slope = cxy / vx;
  return { slope, offset: (sy - slope * sx) / n, correlation: cxy / Math.sqrt(vx * vy) };
}
