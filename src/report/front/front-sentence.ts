import { type FrontPoint, lowestOf, onFront, worseBy } from '../../search/front.ts';
import { counted, decimal, listed, plusMinus } from '../numbers.ts';

/** What more steps are worth: the fewest that the held-out clips do not tell apart from the best, and those that are no better than fewer. */
export function frontSentence(points: readonly FrontPoint[]): string {
  const lowest = lowestOf(points);
  if (lowest === undefined) return 'None of the schedules gives a finite score on held-out clips.';
  const best = `The schedule of ${steps(lowest)} scores ${score(lowest)} on held-out clips`;
  if (points.length === 1) return `${best}.`;
  return [`${best}, the lowest of all. ${enoughSentence(points, lowest)}`.trim(), ...besideSentences(points)].join(' ');
}

function enoughSentence(points: readonly FrontPoint[], lowest: FrontPoint): string {
  if (points[0] === lowest) return '';
  if (lowest.byClip.length < 2) return 'With one clip nothing says how sure that is.';
  const enough = points.find((point) => point === lowest || !isWorse(point, lowest))!;
  if (enough === lowest) return 'With fewer steps each is worse, by more than two paired standard errors.';
  const difference = plusMinus(worseBy(enough, lowest));
  return (
    `The fewest that these clips do not tell apart from it: ${steps(enough)}, with ${score(enough)}, ` +
    `a paired difference of ${difference} (standard error), within two standard errors.`
  );
}

/** Those that are not part of the front. */
function besideSentences(points: readonly FrontPoint[]): string[] {
  const front = new Set(onFront(points));
  const hasScore = ({ outcome }: FrontPoint) => Number.isFinite(outcome.heldout.mean);
  const beside = points.filter((point) => hasScore(point) && !front.has(point));
  const failed = points.filter((point) => !hasScore(point));
  return [
    ...(beside.length > 0 ? [`With ${allSteps(beside)} the score is no lower than with fewer.`] : []),
    ...(failed.length > 0 ? [`With ${allSteps(failed)} there is no finite score.`] : []),
  ];
}

function allSteps(points: readonly FrontPoint[]): string {
  const last = points.at(-1)!;
  return listed([...points.slice(0, -1).map(({ study }) => String(study.settings.steps)), steps(last)]);
}

function score({ outcome }: FrontPoint): string {
  return decimal(outcome.heldout.mean);
}

function steps({ study }: FrontPoint): string {
  return counted(study.settings.steps, 'step');
}

/** By more than two standard errors, on the same clips; what has no finite score is. */
function isWorse(point: FrontPoint, best: FrontPoint): boolean {
  const { mean, standardError } = worseBy(point, best);
  return !(mean <= 2 * standardError);
}
