import { PULLBACK_NFE } from './evaluator.ts';
import type { JournalEvaluation } from './journal.ts';
import { createPrefixLedger } from './prefixes.ts';
import type { Progress } from './progress.ts';
import { expectedScore, hasLost, type Incumbent, incumbentOf } from './race.ts';
import type { Runner } from './runner.ts';
import { estimate, meanOverReplicates } from './statistics.ts';
import type { Strategy, StrategyContext } from './strategies/strategy.ts';
import type { Study } from './study.ts';
import { byScore, type Candidate, type Trial } from './trial.ts';

/** What a search's trials came to. */
export interface Trials {
  /** Complete, failed and pruned ones, in the order of ids. */
  readonly trials: readonly Trial[];
  /** What they and all else that the strategy asked for were charged. */
  readonly nfe: number;
}

/** What a strategy gets in place of results once its budget is used or the search was cancelled. */
class SearchEnd extends Error {}

/** A candidate that was taken, and how far it came. */
interface Taken {
  readonly id: number;
  readonly candidate: Candidate;
  /** Distances of the clips that it was heard on, means over replicates. */
  readonly heard: number[];
  nfe: number;
  seconds: number;
  /** Once it is complete, or has lost its race. */
  trial?: Trial;
  /** The end of the generation that it is of. */
  generation: Promise<unknown>;
}

/** A candidate in its race, and what it has paid for one draw of noise on each part of the clips. */
interface Entry {
  readonly taken: Taken;
  readonly paid: readonly number[];
}

/**
 * Lets a strategy try candidates until it has no more, the budget is used, or the search is cancelled.
 *
 * A candidate is charged what it needs beside the ones before it, in the order of ids, as if one memory of prefixes served them all. Where
 * the study has rungs, the candidates of a generation are heard on a few clips at a time, and those that have lost by then are dropped;
 * generations then follow one after another, so that each is raced against the best of all before it.
 */
export async function runTrials(
  study: Study,
  strategy: Strategy,
  runner: Runner,
  onProgress: (progress: Omit<Progress, 'nfePlanned'>) => void,
): Promise<Trials> {
  const { budget, replicates, metric, precision, clipSamples, scoringClips, rungs } = study.settings;
  const clipCount = scoringClips.length;
  const parts = partsOf(rungs ?? [clipCount]);
  // What the journal holds is written before anything can interrupt.
  const before = trialsInJournal(study);
  await study.writeTrials(before);
  const written = new Set(before.map(({ id }) => id));
  const ledger = createPrefixLedger(precision);
  const tried = new Map<string, Taken>();
  const errors = new Map<number, Promise<number | undefined>>();
  const underWay: Promise<unknown>[] = [];
  const trials: Trial[] = [];
  const complete: Taken[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let planned = 0;
  let done = 0;
  let hasEnded = false;
  let best: Trial | undefined;

  /** Takes NFE from the budget; false, for this and all that comes later, where they are not there. */
  function take(nfe: number): boolean {
    // A part of an NFE is not exact.
    hasEnded ||= runner.hasStopped() || planned + nfe > budget + 1e-6;
    if (!hasEnded) planned += nfe;
    return !hasEnded;
  }

  /** What one draw of noise on a part of the clips costs. */
  function costOf({ betas }: Candidate, [begin, end]: Part): number {
    const share = (end - begin) / clipCount;
    return share * ledger.charge(betas, clipSamples * (end - begin), `${begin}/`);
  }

  function finish(nfe: number): void {
    done += nfe;
    onProgress({ phase: 'search', trials: trials.length, nfe: done, best });
  }

  async function record(taken: Taken, state: 'complete' | 'pruned', score: number): Promise<void> {
    const { id, candidate, heard, nfe, seconds } = taken;
    const { standardError } = estimate(heard);
    const trial: Trial = {
      ...candidate,
      id,
      state: Number.isFinite(score) ? state : 'failed',
      score,
      standardError,
      nfe,
      seconds,
    };
    if (!written.has(id)) await study.addTrial(trial);
    taken.trial = trial;
    trials.push(trial);
    if (trial.state === 'complete') complete.push(taken);
    if (trial.state === 'complete' && (best === undefined || byScore(trial, best) < 0)) best = trial;
    finish(0);
  }

  /** Hears candidates on a part of the clips; each is recorded as soon as it was heard on all. */
  async function hear(entering: readonly (readonly [Taken, number])[], part: Part): Promise<void> {
    const clips = parts.length === 1 ? undefined : part;
    const entries = runner.evaluate(
      entering.flatMap(([{ id, candidate }, charged]) =>
        Array.from({ length: replicates }, (_, replicate) => ({
          kind: 'evaluation' as const,
          phase: 'search' as const,
          trial: id,
          ...candidate,
          charged,
          set: 'scoring' as const,
          purpose: 'scoring' as const,
          replicate,
          metrics: [metric],
          ...(clips && { clips }),
        })),
      ),
    );
    await Promise.all(
      entering.map(async ([taken, charged], i) => {
        const own = await Promise.all(entries.slice(i * replicates, (i + 1) * replicates));
        const heard = own.filter((entry) => entry !== undefined);
        if (heard.length < replicates) return;
        taken.heard.push(...meanOverReplicates(heard.map(({ distances }) => distances[metric]!)));
        taken.nfe += replicates * charged;
        taken.seconds += heard.reduce((sum, { seconds }) => sum + seconds, 0);
        finish(replicates * charged);
        if (taken.heard.length === clipCount) await record(taken, 'complete', estimate(taken.heard).mean);
      }),
    );
  }

  /** Hears candidates part by part: what is paid for, and of the other parts what those that have not lost can pay. */
  async function race(candidates: readonly Entry[], incumbent: Incumbent | undefined): Promise<void> {
    let entering = candidates;
    for (const [i, part] of parts.entries()) {
      await hear(
        entering.map(({ taken, paid }) => [taken, paid[i]!]),
        part,
      );
      const next = parts[i + 1];
      if (next === undefined || runner.hasStopped()) return;
      const staying: Entry[] = [];
      for (const { taken, paid } of entering) {
        const hasFallen = incumbent !== undefined && hasLost(taken.heard, incumbent);
        const cost = hasFallen ? 0 : (paid[i + 1] ?? costOf(taken.candidate, next));
        const stays = !hasFallen && (paid[i + 1] !== undefined || take(replicates * cost));
        if (stays) staying.push({ taken, paid: paid.toSpliced(i + 1, 1, cost) });
        else
          await record(taken, 'pruned', incumbent ? expectedScore(taken.heard, incumbent) : estimate(taken.heard).mean);
      }
      entering = staying;
    }
  }

  async function evaluate(candidates: readonly Candidate[]): Promise<Trial[]> {
    const incumbent = parts.length === 1 ? undefined : incumbentOf(complete.toSorted(byId).map(({ heard }) => heard));
    const wanted: Taken[] = [];
    const fresh: Entry[] = [];
    for (const candidate of candidates) {
      const key = candidate.betas.join(' ');
      let taken = tried.get(key);
      if (taken === undefined) {
        // Where there is nothing to race against, none enters that cannot be heard on all.
        const paid = (incumbent === undefined ? parts : parts.slice(0, 1)).map((part) => costOf(candidate, part));
        if (!take(replicates * paid.reduce((sum, cost) => sum + cost, 0))) break;
        taken = { id: tried.size + 1, candidate, heard: [], nfe: 0, seconds: 0, generation: Promise.resolve() };
        tried.set(key, taken);
        fresh.push({ taken, paid });
      }
      wanted.push(taken);
    }
    const generation = race(fresh, incumbent).catch((error) => runner.fail(error));
    for (const { taken } of fresh) taken.generation = generation;
    await Promise.all([generation, ...wanted.map((taken) => taken.generation)]);
    const ended = wanted.flatMap(({ trial }) => trial ?? []);
    if (ended.length < candidates.length) throw new SearchEnd();
    return ended;
  }

  function inTurn<Result>(generation: () => Promise<Result>): Promise<Result> {
    const result = turn.then(generation);
    turn = result.catch(() => undefined);
    return result;
  }

  async function cleanErrors(sigmas: readonly number[]): Promise<number[]> {
    const fresh = sigmas.filter((sigma) => !errors.has(sigma));
    if (!take(fresh.length)) throw new SearchEnd();
    const entries = runner.cleanErrors(fresh.map((sigma) => ({ kind: 'clean-error', sigma })));
    for (const [i, sigma] of fresh.entries()) {
      const error = entries[i]!.then((entry) => {
        if (entry !== undefined) finish(1);
        return entry && estimate(entry.errors).mean;
      });
      errors.set(sigma, error);
    }
    const found = await Promise.all(sigmas.map(async (sigma) => errors.get(sigma)));
    const means = found.filter((mean) => mean !== undefined);
    if (means.length < sigmas.length) throw new SearchEnd();
    return means;
  }

  async function scoreGradient(betas: readonly number[]): Promise<number[]> {
    const forward = parts.reduce((sum, part) => sum + costOf({ betas, origin: '' }, part), 0);
    const cost = forward + PULLBACK_NFE * betas.length;
    if (!take(replicates * cost)) throw new SearchEnd();
    const wanted = Array.from({ length: replicates }, (_, replicate) => ({
      kind: 'score-gradient' as const,
      betas,
      replicate,
    }));
    const entries = (await Promise.all(runner.scoreGradients(wanted))).filter((entry) => entry !== undefined);
    if (entries.length < replicates) throw new SearchEnd();
    finish(replicates * cost);
    return meanOverReplicates(entries.map(({ gradient }) => gradient));
  }

  /** A strategy may look at a result later, or not at all, when something else has ended it. */
  function watched<Result>(result: Promise<Result>): Promise<Result> {
    underWay.push(result.catch(() => undefined));
    return result;
  }

  const context: StrategyContext = {
    left: () => budget - planned,
    evaluate: (candidates) => watched(parts.length === 1 ? evaluate(candidates) : inTurn(() => evaluate(candidates))),
    cleanErrors: (sigmas) => watched(cleanErrors(sigmas)),
    scoreGradient: (betas) => watched(scoreGradient(betas)),
  };
  try {
    await strategy.run(context);
  } catch (error) {
    if (!(error instanceof SearchEnd)) throw error;
  }
  await Promise.all(underWay);
  return { trials: trials.toSorted(byId), nfe: done };
}

/** Clips, from the first up to but not with the second. */
type Part = readonly [begin: number, end: number];

function partsOf(sizes: readonly number[]): Part[] {
  let end = 0;
  return sizes.map((size): Part => {
    end += size;
    return [end - size, end];
  });
}

function byId(a: { readonly id: number }, b: { readonly id: number }): number {
  return a.id - b.id;
}

/** The complete trials of earlier sessions, in the order of ids. */
function trialsInJournal({ done, settings }: Study): Trial[] {
  const { replicates, metric, scoringClips } = settings;
  const entriesOf = new Map<number, JournalEvaluation[]>();
  for (const entry of done.evaluations) {
    if (entry.trial !== undefined) entriesOf.set(entry.trial, [...(entriesOf.get(entry.trial) ?? []), entry]);
  }
  return [...entriesOf]
    .flatMap(([id, entries]): Trial[] => {
      const { betas, origin = '', parent } = entries[0]!;
      const inOrder = entries.toSorted(
        (a, b) => (a.clips?.[0] ?? 0) - (b.clips?.[0] ?? 0) || a.replicate - b.replicate,
      );
      const rows = Array.from({ length: replicates }, (_, replicate) =>
        inOrder.filter((entry) => entry.replicate === replicate).flatMap(({ distances }) => distances[metric]!),
      );
      if (rows.some((row) => row.length < scoringClips.length)) return [];
      const { mean, standardError } = estimate(meanOverReplicates(rows));
      const state = Number.isFinite(mean) ? 'complete' : 'failed';
      const nfe = entries.reduce((sum, entry) => sum + (entry.charged ?? entry.nfe), 0);
      const seconds = entries.reduce((sum, entry) => sum + entry.seconds, 0);
      return [{ betas, origin, parent, id, state, score: mean, standardError, nfe, seconds }];
    })
    .toSorted(byId);
}
