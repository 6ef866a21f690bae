import { NoiseSchedule } from '../../../schedule/noise-schedule.ts';
import type { Candidate, Trial } from '../../trial.ts';
import type { StrategyContext } from '../strategy.ts';
import type { ErrorTable } from './bound.ts';
import { type BoundPoint, boundPlane } from './bound-plane.ts';

/** Candidates that are tried together: enough for a worker each, and more than one point's neighbours. */
const GENERATION = 8;
/** First distance of neighbours, in levels and in eighths of a decade of δ². */
const FIRST_STEP = 8;

/** A point that was tried. */
interface Tried {
  readonly point: BoundPoint;
  readonly trial: Trial;
  /** The distance of the neighbours that are still to be tried: 8, 4, 2, 1, and then 0. */
  step: number;
}

/**
 * Lets the true score choose among the schedules that are optimal for the bound: the four neighbours of the best ones, in noisiest level and δ², are
 * tried first far away, then ever nearer. It goes on with the next best until, if the budget allows, all are tried; those within half a level
 * of one that was are not.
 *
 * @param table as `measureErrors` gives it; one serves every number of steps
 */
export async function searchBound(
  { evaluate }: Pick<StrategyContext, 'evaluate'>,
  table: ErrorTable,
  steps: number,
): Promise<void> {
  const plane = boundPlane(table, steps);
  const asked = new Set<string>();
  const schedules: (readonly number[])[] = [];
  const tried: Tried[] = [];
  let next: { readonly point: BoundPoint; readonly step: number; readonly candidate: Candidate }[] = [];

  function ask(point: BoundPoint, step: number, parent?: Trial): void {
    const key = `${point.terminal}/${point.eighths}`;
    if (asked.has(key)) return;
    asked.add(key);
    const sigmas = plane.sigmas(point);
    if (sigmas === undefined || schedules.some((other) => plane.areNear(sigmas, other))) return;
    schedules.push(sigmas);
    const { betas } = NoiseSchedule.fromSigmas(sigmas);
    next.push({ point, step, candidate: { betas, origin: 'elbo', parent: parent?.id } });
  }

  for (const point of plane.starts) ask(point, FIRST_STEP);
  while (next.length > 0) {
    const generation = next;
    next = [];
    const trials = await evaluate(generation.map(({ candidate }) => candidate));
    for (const [i, { point, step }] of generation.entries()) tried.push({ point, trial: trials[i]!, step });
    // The sort is stable: of equals, and of those that failed, the first tried is the first.
    tried.sort((a, b) => Number(rank(a) > rank(b)) - Number(rank(a) < rank(b)));
    for (let open = nextOpen(tried); open !== undefined && next.length < GENERATION; open = nextOpen(tried)) {
      const { point, step, trial } = open;
      const { terminal, eighths } = point;
      ask({ terminal, eighths: eighths - step }, step, trial);
      ask({ terminal, eighths: eighths + step }, step, trial);
      ask({ terminal: terminal - step, eighths }, step, trial);
      ask({ terminal: terminal + step, eighths }, step, trial);
      open.step = step > 1 ? step / 2 : 0;
    }
  }
}

function rank({ trial }: Tried): number {
  return Number.isNaN(trial.score) ? Number.POSITIVE_INFINITY : trial.score;
}

/** The best point with neighbours to try. */
function nextOpen(tried: readonly Tried[]): Tried | undefined {
  return tried.find(({ step }) => step > 0);
}
