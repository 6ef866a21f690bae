import type { FrontPoint } from '../../search/front.ts';
import { pairedDifference } from '../../search/statistics.ts';
import { counted, decimal, plusMinus } from '../numbers.ts';

/** What more steps are worth: the fewest that the held-out clips do not tell apart from the best, and how far that is from the fewest of all. */
export function frontSentence(points: readonly FrontPoint[]): string {
  const best = points.toSorted((a, b) => meanOf(a) - meanOf(b))[0]!;
  const enough = points.find((point) => point === best || !isWorse(point, best))!;
  const said = `The best of ${steps(best)} scores ${decimal(meanOf(best))} on held-out clips, the lowest of all`;
  if (enough === best) {
    const others = points.length > 1 ? '; each of the fewer steps is worse by more than two standard errors' : '';
    return `${said}${best === points[0] ? '' : others}.`;
  }
  const difference = pairedDifference(enough.byClip, best.byClip);
  return `${said}. The fewest that these clips do not tell apart from it are ${steps(enough)}, which score ${decimal(meanOf(enough))}: a paired difference of ${plusMinus(difference)} (standard error), within two standard errors.`;
}

function meanOf({ outcome }: FrontPoint): number {
  return outcome.heldout.mean;
}

function steps({ study }: FrontPoint): string {
  return counted(study.settings.steps, 'step');
}

/** By more than two standard errors, on the same clips. */
function isWorse(point: FrontPoint, best: FrontPoint): boolean {
  const { mean, standardError } = pairedDifference(point.byClip, best.byClip);
  return mean > 2 * standardError;
}
