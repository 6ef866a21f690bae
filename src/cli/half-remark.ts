import { METRICS } from '../audio/distances/index.ts';
import { FAMILIES } from '../schedule/families.ts';
import { halfScores } from '../search/half-difference.ts';
import type { SearchPlan } from '../search/plan.ts';
import type { EvaluationPool } from '../search/runner.ts';
import { firstSettings } from '../search/study.ts';

interface HalfOptions {
  readonly pool: EvaluationPool;
  readonly say: (text: string) => void;
  /** Folders of studies that may have it. */
  readonly recorded: readonly string[];
}

/**
 * What a study in half precision records of it, which is said: by how much its first schedule's score differs from that in float32. Nothing where
 * the search is in float32, or is cancelled meanwhile.
 */
export async function halfDifferenceOf(
  { settings, baselines }: Pick<SearchPlan, 'settings' | 'baselines'>,
  { pool, say, recorded }: HalfOptions,
): Promise<{ readonly halfDifference?: number }> {
  if (settings.half === undefined) return {};
  const { karras } = FAMILIES;
  const first = baselines[0] ?? karras!.make(settings.steps, karras!.range.default);
  const known = (await firstSettings(recorded))?.halfDifference;
  if (known !== undefined) return { halfDifference: known };
  const scores = await halfScores(pool, settings.metric, first.betas);
  if (scores === undefined) return {};
  const { half, whole } = scores;
  const unit = METRICS[settings.metric].unit && ` ${METRICS[settings.metric].unit}`;
  const by = `${half >= whole ? '+' : ''}${(half - whole).toPrecision(2)}`;
  say(
    `--half: ${first.name} scores ${half.toFixed(4)}${unit} in half precision and ${whole.toFixed(4)}${unit} in float32 (${by})`,
  );
  return { halfDifference: half - whole };
}
