/** How the scores of candidate schedules by a network in eight bits rank beside those by the same network in float32. */
import { createMelFrontEnd } from '../src/audio/mel.ts';
import { calibrationGroups } from '../src/diffusion/calibration-groups.ts';
import type { PredictNoise } from '../src/diffusion/sampler.ts';
import { calibrateModel, loadEightBitModel } from '../src/model/eight-bit-model.ts';
import { loadModel, type Model } from '../src/model/model.ts';
import { fillNormal, uniforms } from '../src/random/noise.ts';
import { NoiseSchedule } from '../src/schedule/noise-schedule.ts';
import { baselines } from '../src/search/baselines.ts';
import { loadClips } from '../src/search/clips.ts';
import { createEvaluator } from '../src/search/evaluator.ts';
import { rankCorrelation } from '../src/search/statistics.ts';
import { DEFAULT_SIGMA_RANGE } from '../src/search/strategies/sigma-range.ts';

const STEPS = 6;
const CLIP_SECONDS = 0.34;
const SIGMAS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];

export interface RankingRequest {
  readonly model: string;
  /** A folder or list of recordings. */
  readonly clips: string;
  readonly clipCount: number;
  readonly candidates: number;
  readonly floatRates: readonly number[];
}

export interface Ranking {
  readonly floatRates: number;
  /** Spearman's correlation of the scores, over all candidates and over the quarter that float32 scores best. */
  readonly correlation: number;
  readonly ofBestQuarter: number;
  /** Mean score in eight bits less that in float32. */
  readonly shift: number;
  /** Root mean square of what ε̂ differs by, over that of ε̂, at each σ. */
  readonly errors: readonly { readonly sigma: number; readonly error: number }[];
}

/** Presets first, then schedules whose σ are sorted log-uniform draws, as the strategy `random` begins. */
async function candidates(count: number): Promise<(readonly number[])[]> {
  const [low, high] = DEFAULT_SIGMA_RANGE;
  const schedules: (readonly number[])[] = (await baselines(STEPS)).map(({ betas }) => betas);
  for (let k = 0; schedules.length < count; k++) {
    const draws = uniforms(STEPS, { seed: 1, purpose: 'proposal', clip: 0, replicate: 0, k });
    const sigmas = Array.from(draws, (u) => low * (high / low) ** u).sort((a, b) => a - b);
    if (sigmas.every((sigma, i) => i === 0 || sigma > 1.05 * sigmas[i - 1]!)) {
      schedules.push(NoiseSchedule.fromSigmas(sigmas).betas);
    }
  }
  return schedules.slice(0, count);
}

export async function rank(request: RankingRequest): Promise<readonly Ranking[]> {
  const float = await loadModel(request.model);
  const { data_config: melConfig } = float.config;
  const { sample_rate: sampleRate, hop_length: hopSamples } = melConfig;
  const wanted = { sampleRate, hopSamples, seconds: CLIP_SECONDS, count: request.clipCount, seed: 0 };
  const samples = (await loadClips(request.clips, wanted)).clips.map((clip) => clip.samples);
  const frontEnd = createMelFrontEnd(melConfig);
  const clips = samples.map((clip) => ({ samples: clip, mels: frontEnd.logMel(clip).data }));
  const schedules = await candidates(request.candidates);

  async function scores(predictNoise: PredictNoise): Promise<number[]> {
    const sets = { scoring: samples, heldout: [] };
    const about = { melConfig, clips: sets, clipsPerCall: 1, seed: 0, clamp: 'x0', precision: 'float64' } as const;
    const evaluator = createEvaluator({ predictNoise, ...about });
    const means: number[] = [];
    for (const betas of schedules) {
      const task = { kind: 'evaluation', betas, set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
      const { distances } = (await evaluator.evaluate({ ...task, metrics: ['log-mel-l1'] }))!;
      means.push(distances['log-mel-l1']!.reduce((sum, value) => sum + value, 0) / samples.length);
    }
    return means;
  }

  async function errorAt(sigma: number, eight: Model): Promise<number> {
    let [difference, power] = [0, 0];
    for (const [clip, { samples: clean, mels }] of clips.entries()) {
      const noise = fillNormal(new Float32Array(clean.length), {
        seed: 0,
        purpose: 'scoring',
        clip,
        replicate: 0,
        k: 0,
      });
      const level = 1 / Math.sqrt(1 + sigma * sigma);
      const signal = clean.map((x, t) => level * (x + sigma * noise[t]!));
      const input = { signal, mels, noiseLevels: Float32Array.of(level), batch: 1 };
      const [exact, rough] = [await float.predictNoise(input), await eight.predictNoise(input)];
      exact.forEach((value, t) => {
        difference += (rough[t]! - value) ** 2;
        power += value ** 2;
      });
    }
    return Math.sqrt(difference / power);
  }

  const expected = await scores(float.predictNoise);
  const best = expected
    .map((_, i) => i)
    .sort((i, j) => expected[i]! - expected[j]!)
    .slice(0, Math.floor(schedules.length / 4));
  const rankings: Ranking[] = [];
  for (const floatRates of request.floatRates) {
    // Calibrated on the clips that are scored, as a search would be.
    const calibration = await calibrateModel({ path: request.model, groups: calibrationGroups(clips, 0), floatRates });
    const eight = await loadEightBitModel(request.model, undefined, calibration);
    const got = await scores(eight.predictNoise);
    const errors: Ranking['errors'][number][] = [];
    for (const sigma of SIGMAS) errors.push({ sigma, error: await errorAt(sigma, eight) });
    await eight.dispose();
    rankings.push({
      floatRates,
      correlation: rankCorrelation(expected, got),
      ofBestQuarter: rankCorrelation(
        best.map((i) => expected[i]!),
        best.map((i) => got[i]!),
      ),
      shift: got.reduce((sum, score, i) => sum + score - expected[i]!, 0) / got.length,
      errors,
    });
  }
  await float.dispose();
  return rankings;
}
