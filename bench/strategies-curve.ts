/** What a search had found after so many NFE, from its trials. */
import type { Strategy } from '../src/search/strategies/strategy.ts';
import { byScore, type Trial } from '../src/search/trial.ts';

/** What a strategy asked for beside trials, such as a table of errors: so many NFE, after that many trials. */
interface Aside {
  readonly afterTrial: number;
  readonly nfe: number;
}

/** A trial, and the NFE that the search had spent with it. */
interface Spent {
  readonly trial: Trial;
  readonly nfe: number;
}

/** A search in hindsight. */
export interface History {
  /** Trials, in the order of ids. */
  readonly spent: readonly Spent[];
  /** Those of them that were the best so far: complete ones, the first by `byScore`. */
  readonly bests: readonly Spent[];
  /** NFE in all. */
  readonly nfe: number;
}

/** The same strategy, and what it comes to ask for beside its trials. */
export function withAsides(strategy: Strategy): { readonly strategy: Strategy; readonly asides: readonly Aside[] } {
  const asides: Aside[] = [];
  async function run(context: Parameters<Strategy['run']>[0]): Promise<void> {
    let seen = 0;
    /** What is asked for is taken from the budget at once. */
    function noted<Answer>(ask: () => Answer): Answer {
      const before = context.left();
      const answer = ask();
      asides.push({ afterTrial: seen, nfe: before - context.left() });
      return answer;
    }
    async function evaluate(...asked: Parameters<typeof context.evaluate>) {
      const trials = await context.evaluate(...asked);
      seen = Math.max(seen, ...trials.map(({ id }) => id));
      return trials;
    }
    await strategy.run({
      ...context,
      evaluate: (...asked) => {
        const trials = evaluate(...asked);
        // A strategy that asked ahead need not hear twice of the end.
        trials.catch(() => {});
        return trials;
      },
      cleanErrors: (sigmas) => noted(() => context.cleanErrors(sigmas)),
      scoreGradient: (betas) => noted(() => context.scoreGradient(betas)),
    });
  }
  return { strategy: { ...strategy, run }, asides };
}

/** @param trials in the order of ids */
export function historyOf(trials: readonly Trial[], asides: readonly Aside[] = []): History {
  const spent: Spent[] = [];
  const bests: Spent[] = [];
  let nfe = 0;
  let next = 0;
  for (const trial of trials) {
    for (; next < asides.length && asides[next]!.afterTrial < trial.id; next++) nfe += asides[next]!.nfe;
    nfe += trial.nfe;
    spent.push({ trial, nfe });
    const best = bests.at(-1)?.trial;
    if (trial.state === 'complete' && (best === undefined || byScore(trial, best) < 0)) bests.push({ trial, nfe });
  }
  return { spent, bests, nfe: asides.slice(next).reduce((sum, aside) => sum + aside.nfe, nfe) };
}

/** What was found within so many NFE, and in how many trials; undefined where none was complete by then. */
export function within(
  { spent, bests }: History,
  nfe: number,
): { readonly best: Trial; readonly trials: number } | undefined {
  // A part of an NFE is not exact.
  const inTime = (one: Spent) => one.nfe <= nfe + 1e-6;
  const best = bests.findLast(inTime)?.trial;
  return best && { best, trials: spent.filter(inTime).length };
}

/** Numbers of NFE to draw a line through: so many for each power of ten, the same for all searches, and the budget. */
const PER_DECADE = 4;

/** Those from the first complete trial on, up to the budget. */
export function drawnAt({ bests }: History, budget: number): number[] {
  const first = bests[0]?.nfe ?? Number.POSITIVE_INFINITY;
  const most = Math.floor(PER_DECADE * Math.log10(budget));
  const spread = Array.from({ length: most + 1 }, (_, k) => 10 ** (k / PER_DECADE));
  return [...spread.filter((nfe) => nfe >= first && nfe < budget), budget];
}
