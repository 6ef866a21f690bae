import { agreement, COARSE_NFE, type CoarseSummary, hasLostCoarsely, paysToHearCoarsely } from './coarse.ts';
import { PULLBACK_NFE } from './evaluator.ts';
import { createIncumbents, heardByBoth, type Incumbents } from './incumbents.ts';
import type { JournalHearing } from './journal.ts';
import { keyOfNumbers } from './number-key.ts';
import { createPrefixLedger, prefixKeys, searchConstants } from './prefixes.ts';
import type { Progress } from './progress.ts';
import { type ByClip, expectedScore, hasLost } from './race.ts';
import type { Runner } from './runner.ts';
import { estimate, meanOverReplicates } from './statistics.ts';
import type { Strategy, StrategyContext } from './strategies/strategy.ts';
import type { Study } from './study.ts';
import {
  addRow,
  byClipOf,
  byId,
  costOf,
  type Due,
  type Entry,
  type Heard,
  rowsOf,
  type Stage,
  stagesOf,
  type Taken,
  trialOf,
  withDraws,
} from './taken.ts';
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
  const ledger = createPrefixLedger(precision);
  /** By betas the one taken last, with the most draws of noise. */
  const tried = new Map<string, Taken>();
  const underWay = new Set<Promise<unknown>>();
  const trials: Trial[] = [];
  const incumbents = createIncumbents(rungs);
  /** The schedules that the coarse network has heard. */
  const heardCoarsely = new Set<Heard>();
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
  function duesOf(betas: readonly number[], { part, coarse }: Stage, draws: number, heard: Heard['float'] = []): Due[] {
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

  function tell(): void {
    onProgress({ phase: 'search', trials: trials.length, nfe: done, best });
  }

  /** Gives nothing where the trial's row is written already, so that a night's trials are gone through again at once. */
  function record(
    { taken, nfe, seconds }: Entry,
    state: Trial['state'],
    byClip: ByClip,
    score: number,
    { coarse }: Stage,
  ): Promise<void> | undefined {
    const { id, candidate, draws } = taken;
    const { betas, origin, parent } = candidate;
    const { failure: reason } = taken.heard;
    const { standardError } = estimate(byClip);
    const trial: Trial = {
      id,
      betas,
      origin,
      ...(parent === undefined ? undefined : { parent }),
      state: Number.isFinite(score) ? state : 'failed',
      ...(coarse && { coarse }),
      score,
      standardError,
      draws,
      nfe,
      seconds,
      ...(reason !== undefined && { reason }),
    };
    const keep = () => {
      taken.candidate = trial;
      trials.push(trial);
      if (trial.state === 'complete') incumbents.add(taken);
      if (trial.state === 'complete' && (best === undefined || byScore(trial, best) < 0)) best = trial;
    };
    if (!study.written.delete(id))
      return study.addTrial(trial).then(() => {
        keep();
        tell();
      });
    keep();
    return undefined;
  }

  /** Takes what a candidate was heard with on a stage; it is recorded as soon as that was on all clips. */
  function takeHeard(
    entry: Entry,
    dues: readonly Due[],
    heard: readonly JournalHearing[],
    stage: Stage,
  ): Promise<void> | undefined {
    if (heard.length < dues.length) return undefined;
    const { taken } = entry;
    for (const one of heard) {
      if (one.type === 'failure') taken.heard.failure ??= one.reason;
      else {
        addRow(taken.heard, stage, one.replicate, one.distances[metric]!);
        entry.seconds += one.seconds;
      }
    }
    const charged = costOf(dues);
    entry.nfe += charged;
    done += charged;
    if (stage.part[1] < clipCount) return undefined;
    if (taken.heard.failure !== undefined) return record(entry, 'failed', [], Number.NaN, stage);
    const rows = rowsOf(taken.heard, stage);
    if (rows.slice(0, taken.draws).some((row) => row.length < clipCount)) return undefined;
    const byClip = byClipOf(rows, taken.draws, clipCount);
    return record(entry, 'complete', byClip, estimate(byClip).mean, stage);
  }

  /**
   * Hears candidates on a stage, whose turn comes after the one before. Gives nothing where that was at once: where the journal has it
   * all, and nothing is left to wait for.
   */
  function hear(
    entering: readonly (readonly [Entry, readonly Due[]])[],
    stage: Stage,
    before?: Promise<unknown>,
  ): Promise<unknown> | undefined {
    const { part, coarse } = stage;
    const clips = isRace ? part : undefined;
    if (coarse) coarseNfe += costOf(entering.flatMap(([, dues]) => dues));
    const entries = runner.evaluate(
      entering.flatMap(
        ([
          {
            taken: { id, candidate, draws },
          },
          dues,
        ]) =>
          dues.map(({ draw, charged }) => ({
            kind: 'evaluation' as const,
            phase: 'search' as const,
            trial: id,
            betas: candidate.betas,
            origin: candidate.origin,
            parent: candidate.parent,
            draws,
            charged,
            set: 'scoring' as const,
            purpose: 'scoring' as const,
            replicate: draw,
            metrics: [metric],
            clips,
            coarse,
          })),
      ),
    );
    let end = 0;
    const waited = entering.flatMap(([entry, dues]): Promise<unknown>[] => {
      end += dues.length;
      const own = entries.slice(end - dues.length, end);
      if (before === undefined && own.every(isKnown)) return [takeHeard(entry, dues, own, stage)].filter(isThere);
      const ended = Promise.all(own.map(eventually)).then(async (all) => {
        await before;
        const recorded = takeHeard(entry, dues, all.filter(isThere), stage);
        tell();
        await recorded;
      });
      return [ended];
    });
    return waited.length > 0 ? Promise.all(waited) : undefined;
  }

  /** Hears candidates on all stages; where they share no levels one after the other, so that the first are complete soon. */
  async function hearAll(candidates: readonly Entry[], stages: readonly Stage[]): Promise<void> {
    const noisiest = () =>
      new Set(candidates.map(({ taken }) => prefixKeys(searchConstants(taken.candidate.betas, precision))[0]));
    const isSharing = !isRace || noisiest().size < candidates.length;
    const heard = (isSharing ? [candidates] : candidates.map((entry) => [entry])).map((group) => {
      const entering = (i: number) => group.map((entry) => [entry, entry.paid[i]!] as const);
      return stages.reduce<Promise<unknown> | undefined>((before, stage, i) => {
        return hear(entering(i), stage, before);
      }, undefined);
    });
    await Promise.all(heard.filter(isThere));
  }

  /** Hears candidates stage by stage: what is paid for, and of the other stages what those that have not lost can pay. */
  async function race(candidates: readonly Entry[], stages: readonly Stage[], incumbents: Incumbents): Promise<void> {
    if (incumbents.float === undefined) return hearAll(candidates, stages);
    let entering = candidates;
    for (const [i, stage] of stages.entries()) {
      await hear(
        entering.map((entry) => [entry, entry.paid[i]!]),
        stage,
      );
      const next = stages[i + 1];
      if (next === undefined) return;
      const staying: Entry[] = [];
      const incumbent = stage.coarse ? incumbents.coarse : incumbents.float;
      const loses = stage.coarse ? hasLostCoarsely : hasLost;
      for (const entry of entering) {
        const { taken, paid } = entry;
        // None has lost only because no more is heard.
        if (runner.hasStopped()) return;
        const { candidate, heard, draws } = taken;
        if (heard.failure !== undefined) {
          await record(entry, 'failed', [], Number.NaN, stage);
          continue;
        }
        const byClip = byClipOf(rowsOf(heard, stage), draws, stage.part[1]);
        const hasFallen = incumbent !== undefined && loses(byClip, incumbent);
        if (stage.coarse && incumbent !== undefined) coarseDrops.push(hasFallen);
        const dues = hasFallen ? [] : (paid[i + 1] ?? duesOf(candidate.betas, next, draws, rowsOf(heard, next)));
        const stays = !hasFallen && (paid[i + 1] !== undefined || take(costOf(dues)));
        if (stays) {
          entry.paid = paid.toSpliced(i + 1, 1, dues);
          staying.push(entry);
        } else {
          const score = incumbent ? expectedScore(byClip, incumbent) : estimate(byClip).mean;
          await record(entry, 'pruned', byClip, score, stage);
        }
      }
      entering = staying;
    }
  }

  async function evaluate(candidates: readonly Candidate[], draws: number): Promise<Trial[]> {
    const against = isRace ? incumbents.of(draws, heardCoarsely) : {};
    const stages = stagesOf(rungs, coarse !== undefined && paysToHearCoarsely(coarseDrops));
    // Where there is nothing to race against, none enters that cannot be heard on all.
    const drops = ({ coarse }: Stage) => (coarse ? against.coarse : against.float) !== undefined;
    const entered = against.float === undefined ? stages : stages.slice(0, stages.findIndex(drops) + 1);
    const wanted: Taken[] = [];
    const fresh: Entry[] = [];
    for (const candidate of candidates) {
      const key = keyOfNumbers(candidate.betas);
      const before = tried.get(key);
      let taken = before && withDraws(before, draws);
      if (taken === undefined) {
        const heard = before?.heard ?? { float: [], coarse: [] };
        const paid = entered.map((stage) => duesOf(candidate.betas, stage, draws, rowsOf(heard, stage)));
        if (!take(costOf(paid.flat()))) break;
        count++;
        taken = { id: count, candidate, draws, heard, before, generation: Promise.resolve() };
        if (entered[0]!.coarse) heardCoarsely.add(heard);
        tried.set(key, taken);
        fresh.push({ taken, nfe: 0, seconds: 0, paid });
      }
      wanted.push(taken);
    }
    const generation = race(fresh, stages, against).catch((error) => runner.fail(error));
    for (const { taken } of fresh) taken.generation = generation;
    await Promise.all([generation, ...wanted.map((taken) => taken.generation)]);
    for (const { taken } of fresh) taken.generation = undefined;
    const ended = wanted.flatMap((taken) => trialOf(taken) ?? []);
    tell();
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
        if (entry === undefined) return undefined;
        done++;
        tell();
        return estimate(entry.errors).mean;
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
    done += cost;
    tell();
    return meanOverReplicates(entries.map(({ gradient }) => gradient));
  }

  /** A strategy may look at a result later, or not at all, when something else has ended it. */
  function watched<Result>(result: Promise<Result>): Promise<Result> {
    const settled: Promise<unknown> = result.then(
      () => underWay.delete(settled),
      () => underWay.delete(settled),
    );
    underWay.add(settled);
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
  const pairs = [...heardCoarsely].flatMap((heard) => heardByBoth(heard, { draws: replicates, rungs }));
  const dropped = trials.filter((trial) => trial.coarse).length;
  return { ...found, coarse: { dropped, nfe: coarseNfe, ...agreement(pairs) } };
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}

function eventually<Value>(value: Value | Promise<Value>): Promise<Value> {
  return Promise.resolve(value);
}

function isKnown<Entry>(entry: Entry | Promise<unknown>): entry is Entry {
  return !(entry instanceof Promise);
}
