import { agreement, COARSE_NFE, type CoarseSummary, hasLostCoarsely, paysToHearCoarsely } from './coarse.ts';
import { PULLBACK_NFE } from './evaluator.ts';
import { heardByBoth, type Incumbents, incumbentsOf } from './incumbents.ts';
import { completeTrials } from './journal-trials.ts';
import { createPrefixLedger, prefixKeys, searchConstants } from './prefixes.ts';
import type { Progress } from './progress.ts';
import { type ByClip, expectedScore, hasLost } from './race.ts';
import type { Runner } from './runner.ts';
import { estimate, meanOverReplicates } from './statistics.ts';
import type { Strategy, StrategyContext } from './strategies/strategy.ts';
import type { Study } from './study.ts';
import { byClipOf, byId, costOf, type Due, type Entry, rowsOf, type Stage, stagesOf, type Taken } from './taken.ts';
import { byScore, type Candidate, type Trial } from './trial.ts';

/** What a search's trials came to. */
export interface Trials {
  /** Complete, failed and pruned ones, in the order of ids. */
  readonly trials: readonly Trial[];
  /** What they and all else that the strategy asked for were charged. */
  readonly nfe: number;
  /** Where the coarse network heard candidates first, what that came to. */
  readonly coarse?: CoarseSummary;
}

/** What a strategy gets in place of results once its budget is used or the search was cancelled. */
class SearchEnd extends Error {}

/** What searches of one run know of the network between them: clean errors, by σ; undefined of those that were not made to the end. */
export type KnownErrors = Map<number, Promise<number | undefined>>;

/**
 * Lets a strategy try candidates until it has no more, the budget is used, or the search is cancelled.
 *
 * A candidate is charged what it needs beside the ones before it, in the order of ids, as if one memory of prefixes served them all. Where
 * the study has rungs, the candidates of a generation are heard on a few clips at a time, and those that have lost by then are dropped;
 * generations then follow one after another, so that each is raced against the best of all before it. Where it has a coarse network, that hears a
 * candidate before, on the first of these clips, as long as that pays.
 */
export async function runTrials(
  study: Study,
  strategy: Strategy,
  runner: Runner,
  onProgress: (progress: Omit<Progress, 'nfePlanned'>) => void,
  errors: KnownErrors = new Map(),
): Promise<Trials> {
  const { budget, replicates, metric, precision, clipSamples, scoringClips } = study.settings;
  const clipCount = scoringClips.length;
  const { rungs = [clipCount], coarse } = study.settings;
  const isRace = rungs.length > 1;
  const inFloat = stagesOf(rungs, false);
  // What the journal holds is written before anything can interrupt.
  const before = completeTrials(study.done.evaluations, study.settings);
  await study.writeTrials(before);
  const written = new Set(before.map(({ id }) => id));
  const ledger = createPrefixLedger(precision);
  /** By betas. */
  const tried = new Map<string, Taken[]>();
  const underWay: Promise<unknown>[] = [];
  const trials: Trial[] = [];
  const complete: Taken[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let count = 0;
  let planned = 0;
  let coarseNfe = 0;
  const coarseDrops: boolean[] = [];
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

  /** What a schedule must still be heard with on a stage, and what that costs. */
  function duesOf(betas: readonly number[], { part, coarse }: Stage, draws: number, heard: number[][] = []): Due[] {
    const [begin, end] = part;
    const share = ((coarse ? COARSE_NFE : 1) * (end - begin)) / clipCount;
    const scope = coarse ? 'coarse/' : '';
    return Array.from({ length: draws }, (_, draw) => draw)
      .filter((draw) => (heard[draw]?.length ?? 0) < end)
      .map((draw) => {
        const charged = share * ledger.charge(betas, clipSamples * (end - begin), `${scope}${draw}/${begin}/`);
        return { draw, charged };
      });
  }

  function finish(nfe: number): void {
    done += nfe;
    onProgress({ phase: 'search', trials: trials.length, nfe: done, best });
  }

  async function record(
    taken: Taken,
    state: Trial['state'],
    byClip: ByClip,
    score: number,
    { coarse }: Stage,
  ): Promise<void> {
    const { id, candidate, draws, nfe, seconds, failure: reason } = taken;
    const { standardError } = estimate(byClip);
    const trial: Trial = {
      ...candidate,
      id,
      state: Number.isFinite(score) ? state : 'failed',
      ...(coarse && { coarse }),
      score,
      standardError,
      draws,
      nfe,
      seconds,
      ...(reason !== undefined && { reason }),
    };
    if (!written.has(id)) await study.addTrial(trial);
    taken.trial = trial;
    trials.push(trial);
    if (trial.state === 'complete') complete.push(taken);
    if (trial.state === 'complete' && (best === undefined || byScore(trial, best) < 0)) best = trial;
    finish(0);
  }

  /** Hears candidates on a stage, whose turn comes after the one before; each is recorded as soon as it was heard on all clips. */
  async function hear(
    entering: readonly (readonly [Taken, readonly Due[]])[],
    stage: Stage,
    before: Promise<void> = Promise.resolve(),
  ): Promise<void> {
    const { part, coarse } = stage;
    const clips = isRace ? part : undefined;
    if (coarse) coarseNfe += costOf(entering.flatMap(([, dues]) => dues));
    const entries = runner.evaluate(
      entering.flatMap(([{ id, candidate, draws }, dues]) =>
        dues.map(({ draw, charged }) => ({
          kind: 'evaluation' as const,
          phase: 'search' as const,
          trial: id,
          ...candidate,
          draws,
          charged,
          set: 'scoring' as const,
          purpose: 'scoring' as const,
          replicate: draw,
          metrics: [metric],
          ...(clips && { clips }),
          ...(coarse && { coarse }),
        })),
      ),
    );
    const ends = entering.map((_, i) => entering.slice(0, i + 1).reduce((sum, [, dues]) => sum + dues.length, 0));
    await Promise.all(
      entering.map(async ([taken, dues], i) => {
        const own = entries.slice(ends[i]! - dues.length, ends[i]);
        const heard = (await Promise.all(own)).filter((entry) => entry !== undefined);
        await before;
        if (heard.length < dues.length) return;
        const rows = rowsOf(taken, stage);
        for (const entry of heard) {
          if (entry.type === 'failure') {
            taken.failure ??= entry.reason;
            continue;
          }
          const { replicate, distances } = entry;
          const row = rows[replicate] ?? [];
          if (row.length === part[0]) row.push(...distances[metric]!);
          rows[replicate] = row;
          taken.seconds += entry.seconds;
        }
        const charged = costOf(dues);
        taken.nfe += charged;
        finish(charged);
        if (part[1] < clipCount) return;
        if (taken.failure !== undefined) return await record(taken, 'failed', [], Number.NaN, stage);
        if (rows.slice(0, taken.draws).some((row) => row.length < clipCount)) return;
        const byClip = byClipOf(rows, taken.draws, clipCount);
        await record(taken, 'complete', byClip, estimate(byClip).mean, stage);
      }),
    );
  }

  /** Hears candidates on all stages; where they share no levels one after the other, so that the first are complete soon. */
  async function hearAll(candidates: readonly Entry[], stages: readonly Stage[]): Promise<void> {
    const noisiest = candidates.map(({ taken }) => prefixKeys(searchConstants(taken.candidate.betas, precision))[0]);
    const isSharing = !isRace || new Set(noisiest).size < candidates.length;
    const heard = (isSharing ? [candidates] : candidates.map((entry) => [entry])).map((group) => {
      const entering = (i: number) => group.map(({ taken, paid }) => [taken, paid[i]!] as const);
      return stages.reduce((before, stage, i) => hear(entering(i), stage, before), Promise.resolve());
    });
    await Promise.all(heard);
  }

  /** Hears candidates stage by stage: what is paid for, and of the other stages what those that have not lost can pay. */
  async function race(candidates: readonly Entry[], stages: readonly Stage[], incumbents: Incumbents): Promise<void> {
    if (incumbents.float === undefined) return hearAll(candidates, stages);
    let entering = candidates;
    for (const [i, stage] of stages.entries()) {
      await hear(
        entering.map(({ taken, paid }) => [taken, paid[i]!]),
        stage,
      );
      const next = stages[i + 1];
      if (next === undefined) return;
      const staying: Entry[] = [];
      const incumbent = stage.coarse ? incumbents.coarse : incumbents.float;
      const loses = stage.coarse ? hasLostCoarsely : hasLost;
      for (const { taken, paid } of entering) {
        // None has lost only because no more is heard.
        if (runner.hasStopped()) return;
        const { candidate, draws } = taken;
        if (taken.failure !== undefined) {
          await record(taken, 'failed', [], Number.NaN, stage);
          continue;
        }
        const byClip = byClipOf(rowsOf(taken, stage), draws, stage.part[1]);
        const hasFallen = incumbent !== undefined && loses(byClip, incumbent);
        if (stage.coarse && incumbent !== undefined) coarseDrops.push(hasFallen);
        const dues = hasFallen ? [] : (paid[i + 1] ?? duesOf(candidate.betas, next, draws, rowsOf(taken, next)));
        const stays = !hasFallen && (paid[i + 1] !== undefined || take(costOf(dues)));
        if (stays) staying.push({ taken, paid: paid.toSpliced(i + 1, 1, dues) });
        else {
          const score = incumbent ? expectedScore(byClip, incumbent) : estimate(byClip).mean;
          await record(taken, 'pruned', byClip, score, stage);
        }
      }
      entering = staying;
    }
  }

  /** One of each schedule that was taken and has not failed, in the order of ids. */
  function schedules(): Taken[] {
    const whole = [...tried.values()].filter((all) => all.every(({ failure }) => failure === undefined));
    return whole.map(([first]) => first!);
  }

  async function evaluate(candidates: readonly Candidate[], draws: number): Promise<Trial[]> {
    const against = isRace ? incumbentsOf(complete, schedules(), { draws, rungs }) : {};
    const stages = stagesOf(rungs, coarse !== undefined && paysToHearCoarsely(coarseDrops));
    // Where there is nothing to race against, none enters that cannot be heard on all.
    const drops = ({ coarse }: Stage) => (coarse ? against.coarse : against.float) !== undefined;
    const entered = against.float === undefined ? stages : stages.slice(0, stages.findIndex(drops) + 1);
    const wanted: Taken[] = [];
    const fresh: Entry[] = [];
    for (const candidate of candidates) {
      const key = candidate.betas.join(' ');
      const before = tried.get(key) ?? [];
      let taken = before.find((other) => other.draws >= draws || other.failure !== undefined);
      if (taken === undefined) {
        const rows = before[0] ?? { heard: [], heardCoarsely: [] };
        const paid = entered.map((stage) => duesOf(candidate.betas, stage, draws, rowsOf(rows, stage)));
        if (!take(costOf(paid.flat()))) break;
        count++;
        const { heard, heardCoarsely } = rows;
        taken = {
          id: count,
          candidate,
          draws,
          heard,
          heardCoarsely,
          nfe: 0,
          seconds: 0,
          generation: Promise.resolve(),
        };
        tried.set(key, [...before, taken]);
        fresh.push({ taken, paid });
      }
      wanted.push(taken);
    }
    const generation = race(fresh, stages, against).catch((error) => runner.fail(error));
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
    const cost =
      costOf(inFloat.flatMap((stage) => duesOf(betas, stage, replicates))) + replicates * PULLBACK_NFE * betas.length;
    if (!take(cost)) throw new SearchEnd();
    const wanted = Array.from({ length: replicates }, (_, replicate) => ({
      kind: 'score-gradient' as const,
      betas,
      replicate,
    }));
    const entries = (await Promise.all(runner.scoreGradients(wanted))).filter((entry) => entry !== undefined);
    if (entries.length < replicates) throw new SearchEnd();
    finish(cost);
    return meanOverReplicates(entries.map(({ gradient }) => gradient));
  }

  /** A strategy may look at a result later, or not at all, when something else has ended it. */
  function watched<Result>(result: Promise<Result>): Promise<Result> {
    underWay.push(result.catch(() => undefined));
    return result;
  }

  const context: StrategyContext = {
    left: () => budget - planned,
    evaluate: (candidates, draws = replicates) =>
      watched(isRace ? inTurn(() => evaluate(candidates, draws)) : evaluate(candidates, draws)),
    cleanErrors: (sigmas) => watched(cleanErrors(sigmas)),
    scoreGradient: (betas) => watched(scoreGradient(betas)),
  };
  try {
    await strategy.run(context);
  } catch (error) {
    if (!(error instanceof SearchEnd)) throw error;
  }
  await Promise.all(underWay);
  // Not `done`, which is added up in the order in which they ended.
  const found = { trials: trials.toSorted(byId), nfe: planned };
  if (coarse === undefined) return found;
  const pairs = schedules().flatMap((taken) => heardByBoth(taken, { draws: replicates, rungs }));
  const dropped = trials.filter((trial) => trial.coarse).length;
  return { ...found, coarse: { dropped, nfe: coarseNfe, ...agreement(pairs) } };
}
