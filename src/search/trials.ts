import { createAccount } from './account.ts';
import { agreement, type CoarseSummary, hasLostCoarsely, paysToHearCoarsely } from './coarse.ts';
import type { Entry } from './entry.ts';
import { PULLBACK_NFE } from './evaluator.ts';
import { createIncumbents, heardByBoth, type Incumbents } from './incumbents.ts';
import type { JournalHearing } from './journal.ts';
import { prefixKeys, searchConstants } from './prefixes.ts';
import type { Progress } from './progress.ts';
import { expectedScore, hasLost } from './race.ts';
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
  type Heard,
  rowsOf,
  type Stage,
  stagesOf,
  type Taken,
  trialOf,
  withDraws,
} from './taken.ts';
import type { Candidate, Trial } from './trial.ts';
import { createTrialLog } from './trial-log.ts';

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
  const { budget, replicates, metric, precision, scoringClips } = study.settings;
  const clipCount = scoringClips.length;
  const { rungs = [clipCount], coarse } = study.settings;
  const isRace = rungs.length > 1;
  const inFloat = stagesOf(rungs, false);
  const account = createAccount(study.settings, () => runner.hasStopped());
  const underWay = new Set<Promise<unknown>>();
  const incumbents = createIncumbents(rungs);
  const log = createTrialLog(
    study,
    ({ taken }, trial) => {
      if (trial.state === 'complete') incumbents.add(taken);
    },
    onProgress,
  );
  /** The schedules that the coarse network has heard. */
  const heardCoarsely = new Set<Heard>();
  let turn: Promise<unknown> = Promise.resolve();
  let count = 0;
  let coarseNfe = 0;
  const coarseDrops: boolean[] = [];

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
    log.spend(charged);
    if (stage.part[1] < clipCount) return undefined;
    if (taken.heard.failure !== undefined) return log.record(entry, failed(stage));
    const rows = rowsOf(taken.heard, stage);
    if (rows.slice(0, taken.draws).some((row) => row.length < clipCount)) return undefined;
    const byClip = byClipOf(rows, taken.draws, clipCount);
    return log.record(entry, { state: 'complete', byClip, score: estimate(byClip).mean, stage });
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
      entering.flatMap(([{ taken, schedule }, dues]) => {
        const { id, draws } = taken;
        const { betas, origin, parent } = taken.candidate;
        return dues.map(({ draw, charged }) => ({
          kind: 'evaluation' as const,
          phase: 'search' as const,
          trial: id,
          betas,
          schedule,
          origin,
          parent,
          draws,
          charged,
          set: 'scoring' as const,
          purpose: 'scoring' as const,
          replicate: draw,
          metrics: [metric],
          clips,
          coarse,
        }));
      }),
    );
    let end = 0;
    const waited = entering.flatMap(([entry, dues]): Promise<unknown>[] => {
      end += dues.length;
      const own = entries.slice(end - dues.length, end);
      if (before === undefined && own.every(isKnown)) return [takeHeard(entry, dues, own, stage)].filter(isThere);
      const ended = Promise.all(own.map(eventually)).then(async (all) => {
        await before;
        const recorded = takeHeard(entry, dues, all.filter(isThere), stage);
        log.tell();
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
      // None has lost only because no more is heard.
      if (next === undefined || runner.hasStopped()) return;
      const staying: Entry[] = [];
      const recorded: (Promise<void> | undefined)[] = [];
      const incumbent = stage.coarse ? incumbents.coarse : incumbents.float;
      const loses = stage.coarse ? hasLostCoarsely : hasLost;
      for (const entry of entering) {
        const { taken, schedule, paid } = entry;
        const { candidate, heard, draws } = taken;
        if (heard.failure !== undefined) {
          recorded.push(log.record(entry, failed(stage)));
          continue;
        }
        const byClip = byClipOf(rowsOf(heard, stage), draws, stage.part[1]);
        const hasFallen = incumbent !== undefined && loses(byClip, incumbent);
        if (stage.coarse && incumbent !== undefined) coarseDrops.push(hasFallen);
        const dues = hasFallen
          ? []
          : (paid[i + 1] ?? account.duesOf(candidate.betas, next, draws, rowsOf(heard, next), schedule));
        const stays = !hasFallen && (paid[i + 1] !== undefined || account.take(costOf(dues)));
        if (stays) {
          entry.paid = paid.toSpliced(i + 1, 1, dues);
          staying.push(entry);
        } else {
          const score = incumbent ? expectedScore(byClip, incumbent) : estimate(byClip).mean;
          recorded.push(log.record(entry, { state: 'pruned', byClip, score, stage }));
        }
      }
      await Promise.all(recorded.filter(isThere));
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
      const schedule = study.done.evaluations.schedule(candidate.betas);
      const before = schedule.taken;
      let taken = before && withDraws(before, draws);
      if (taken === undefined) {
        const heard = before?.heard ?? { float: [], coarse: [] };
        const paid = entered.map((stage) =>
          account.duesOf(candidate.betas, stage, draws, rowsOf(heard, stage), schedule),
        );
        if (!account.take(costOf(paid.flat()))) break;
        count++;
        taken = { id: count, candidate, draws, heard, before, generation: Promise.resolve() };
        if (entered[0]!.coarse) heardCoarsely.add(heard);
        schedule.taken = taken;
        fresh.push({ taken, schedule, nfe: 0, seconds: 0, paid });
      }
      wanted.push(taken);
    }
    const generation = race(fresh, stages, against).catch((error) => runner.fail(error));
    for (const { taken } of fresh) taken.generation = generation;
    await Promise.all([generation, ...wanted.map((taken) => taken.generation)]);
    for (const { taken } of fresh) taken.generation = undefined;
    const ended = wanted.flatMap((taken) => trialOf(taken) ?? []);
    log.tell();
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
    if (!account.take(fresh.length)) throw new SearchEnd();
    const entries = runner.cleanErrors(fresh.map((sigma) => ({ kind: 'clean-error', sigma })));
    for (const [i, sigma] of fresh.entries()) {
      const error = entries[i]!.then((entry) => {
        if (entry === undefined) return undefined;
        log.spend(1);
        log.tell();
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
      costOf(inFloat.flatMap((stage) => account.duesOf(betas, stage, replicates))) +
      replicates * PULLBACK_NFE * betas.length;
    if (!account.take(cost)) throw new SearchEnd();
    const wanted = Array.from({ length: replicates }, (_, replicate) => ({
      kind: 'score-gradient' as const,
      betas,
      replicate,
    }));
    const entries = (await Promise.all(runner.scoreGradients(wanted))).filter((entry) => entry !== undefined);
    if (entries.length < replicates) throw new SearchEnd();
    log.spend(cost);
    log.tell();
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
    left: () => budget - account.planned(),
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
  const found = { trials: log.trials.toSorted(byId), nfe: account.planned() };
  if (coarse === undefined) return found;
  const pairs = [...heardCoarsely].flatMap((heard) => heardByBoth(heard, { draws: replicates, rungs }));
  const dropped = log.trials.filter((trial) => trial.coarse).length;
  return { ...found, coarse: { dropped, nfe: coarseNfe, ...agreement(pairs) } };
}

/** What failed comes to. */
function failed(stage: Stage) {
  return { state: 'failed', byClip: [], score: Number.NaN, stage } as const;
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
