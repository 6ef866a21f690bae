import type { FrontPoint } from '../../../src/search/front.ts';
import { estimate, pairedDifference } from '../../../src/search/statistics.ts';
import { exampleStudy, metricsAt } from '../example-study.ts';

/** The best of so many steps, by its distance on each held-out clip, beside one baseline. */
export function pointAt(
  steps: number,
  byClip: readonly number[],
  baseline = byClip.map((value) => value + 1),
): FrontPoint {
  const { outcome, settings, ...study } = exampleStudy();
  const betas = Array.from({ length: steps }, (_, i) => (i + 1) / (2 * steps));
  const [heldout, other] = [estimate(byClip), estimate(baseline)];
  const name = `preset-${steps}`;
  const comparison = {
    name,
    betas: betas.map((beta) => beta / 2),
    score: other.mean,
    heldout: other,
    metrics: metricsAt(other.mean),
    difference: pairedDifference(baseline, byClip),
  };
  return {
    study: { ...study, settings: { ...settings, steps, heldoutClips: settings.heldoutClips.slice(0, byClip.length) } },
    outcome: { ...outcome, betas, name: `found-${steps}`, heldout, comparisons: [comparison] },
    byClip,
    realTimeFactor: steps / 8,
  };
}
