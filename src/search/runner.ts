import { InputError } from '../formats/input-error.ts';
import type { Pool } from '../pool/pool.ts';
import { attempt, type FailedTwice, type Made } from './attempts.ts';
import type { CleanErrorTask, EvaluationTask, ScoreGradientTask } from './evaluator.ts';
import type {
  JournalCleanError,
  JournalEntry,
  JournalFailure,
  JournalHearing,
  JournalScoreGradient,
  Phase,
} from './journal.ts';
import type { KnownSchedule } from './known-evaluations.ts';
import { prefixRuns } from './prefix-runs.ts';
import { rowRuns } from './row-runs.ts';
import type { Study } from './study.ts';
import type { Job, WorkerResult, WorkerTask } from './worker.ts';

export type EvaluationPool = Pool<WorkerTask, WorkerResult>;

/** An evaluation that is wanted, whether it must still be made or is in the journal. */
interface WantedEvaluation extends EvaluationTask {
  /** What is known of its schedule, where that is at hand. */
  readonly schedule?: KnownSchedule;
  readonly phase: Phase;
  /** Of the search phase: the trial's id, what made it, and from which other. */
  readonly trial?: number;
  readonly origin?: string;
  readonly parent?: number;
  /** Of the search phase: how many draws of noise the trial is heard with. */
  readonly draws?: number;
  /** In NFE; default: what is made. */
  readonly charged?: number;
}

/** Each is undefined where the search was cancelled, or went wrong, before it was complete. */
type Eventually<Entry> = Promise<Entry | undefined>;

/** Makes evaluations, or finds them in the journal. */
export interface Runner {
  /**
   * Starts evaluations, those under one prefix together, and gives their entries in the journal, in the order wanted: what the journal has at once, the
   * others eventually.
   */
  evaluate(wanted: readonly WantedEvaluation[]): readonly (JournalHearing | Eventually<JournalHearing>)[];
  /** The same of errors at noise levels. */
  cleanErrors(wanted: readonly CleanErrorTask[]): readonly Eventually<JournalCleanError>[];
  /** The same of gradients of scores. */
  scoreGradients(wanted: readonly ScoreGradientTask[]): readonly Eventually<JournalScoreGradient>[];
  /** Whether evaluations are no longer made: the search was cancelled, or one went wrong. */
  hasStopped(): boolean;
  /** Network evaluations that were made, not found in the journal. */
  nfeMade(): number;
  /** Wall-clock seconds of the study, with those of earlier sessions. */
  seconds(): number;
  /** Stops the search because of an error; the first one counts. */
  fail(error: unknown): void;
  /** Asks all that runs to end and waits for it; throws what went wrong, if anything did. */
  settle(): Promise<void>;
}

/** Runs of jobs under way for each worker: the one it does, and one it finds when that is done. */
const UNDER_WAY_PER_WORKER = 2;

/** Trials that fail one after the other, with none between them that does not, before it is taken that something else is wrong. */
const MOST_FAILURES_IN_A_ROW = 8;

export function createRunner(study: Study, pool: EvaluationPool, isCancelled: () => boolean): Runner {
  const begin = performance.now();
  const knownErrors = new Map(study.done.cleanErrors.map((entry) => [entry.sigma, entry]));
  const knownGradients = new Map(study.done.scoreGradients.map((entry) => [gradientKey(entry), entry]));
  const running = new Set<Promise<unknown>>();
  let turn: Promise<unknown> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  let nfeMade = 0;
  let failuresInARow = 0;
  const { scoringClips, heldoutClips, rowsPerCall } = study.settings;
  const clipsOf = ({ set, clips }: Pick<EvaluationTask, 'set' | 'clips'>) =>
    clips === undefined ? (set === 'scoring' ? scoringClips : heldoutClips).length : clips[1] - clips[0];
  const hasStopped = () => isCancelled() || failure !== undefined;

  /**
   * Does a run of jobs once a worker is about to be free, and keeps the first of them, as many as were complete when the search was cancelled
   * or went wrong.
   */
  async function make<Entry>(jobs: readonly Job[], keep: (made: Made | FailedTwice, i: number) => Eventually<Entry>) {
    const before = turn;
    let done = () => {};
    turn = new Promise<void>((resolve) => {
      done = resolve;
    });
    await before;
    while (running.size >= UNDER_WAY_PER_WORKER * pool.workers) await Promise.race(running);
    const entries = hasStopped() ? Promise.resolve([]) : run(jobs).then((made) => Promise.all(made.map(keep)));
    running.add(entries);
    done();
    const kept = await entries;
    running.delete(entries);
    return kept;
  }

  async function run(jobs: readonly Job[]): Promise<readonly (Made | FailedTwice)[]> {
    try {
      return await attempt(pool, jobs, hasStopped);
    } catch (error) {
      failure ??= { error };
      return [];
    }
  }

  /** Ends the search, of which this was no trial. */
  function refused(what: string, { reason }: FailedTwice): undefined {
    const error = new InputError(`${study.folder}: ${what} failed twice: ${reason}; what was finished is saved`);
    failure ??= { error };
  }

  function writtenFailure(failed: FailedTwice, wanted: WantedEvaluation): Eventually<JournalFailure> {
    const { phase, trial, origin, parent, draws, charged, betas, replicate, clips, coarse } = wanted;
    if (phase !== 'search' || trial === undefined) {
      return Promise.resolve(refused(`an evaluation for the ${phase}`, failed));
    }
    failuresInARow++;
    if (failuresInARow === MOST_FAILURES_IN_A_ROW) {
      return Promise.resolve(refused(`each of ${MOST_FAILURES_IN_A_ROW} evaluations in a row`, failed));
    }
    return written({
      type: 'failure',
      phase,
      trial,
      origin,
      parent,
      betas: [...betas],
      replicate,
      draws,
      ...(clips && { clips: [clips[0], clips[1]] }),
      ...(coarse && { coarse: true }),
      charged,
      ...failed,
    });
  }

  async function written<Entry extends JournalEntry>(entry: Entry): Eventually<Entry> {
    try {
      await study.journal.append(entry);
      if (entry.type !== 'failure') nfeMade += entry.nfe;
      return entry;
    } catch (error) {
      failure ??= { error };
      return undefined;
    }
  }

  function evaluate(wanted: readonly WantedEvaluation[]) {
    const tasks = wanted.map(({ kind, betas, set, purpose, replicate, metrics, clips, coarse }): EvaluationTask => {
      return { kind, betas, set, purpose, replicate, metrics, ...(clips && { clips }), ...(coarse && { coarse }) };
    });
    return make(tasks, async (made, i): Eventually<JournalHearing> => {
      if ('reason' in made) return writtenFailure(made, wanted[i]!);
      failuresInARow = 0;
      const { result, ...when } = made;
      if (result.kind !== 'evaluation') return undefined;
      const { phase, trial, origin, parent, draws, charged, betas, replicate, clips, coarse } = wanted[i]!;
      const { distances, nfe, seconds } = result;
      const byMetric = Object.fromEntries(Object.entries(distances).map(([metric, values]) => [metric, [...values]]));
      const about = { phase, trial, origin, parent, betas: [...betas], replicate, draws };
      const some = clips === undefined ? {} : { clips: [...clips] as [number, number] };
      const by = coarse ? ({ coarse: true } as const) : {};
      return written({
        type: 'evaluation',
        ...about,
        ...some,
        ...by,
        distances: byMetric,
        nfe,
        charged,
        seconds,
        ...when,
      });
    });
  }

  function cleanErrors(tasks: readonly CleanErrorTask[]) {
    return make(tasks, async (made, i): Eventually<JournalCleanError> => {
      if ('reason' in made) return refused('an error at a noise level', made);
      const { result, ...when } = made;
      if (result.kind !== 'clean-error') return undefined;
      const { errors, nfe, seconds } = result;
      return written({ type: 'clean-error', sigma: tasks[i]!.sigma, errors: [...errors], nfe, seconds, ...when });
    });
  }

  async function scoreGradient(task: ScoreGradientTask): Eventually<JournalScoreGradient> {
    const { betas, replicate } = task;
    const [entry] = await make([task], async (made): Eventually<JournalScoreGradient> => {
      if ('reason' in made) return refused('the gradient of a score', made);
      const { result, ...when } = made;
      if (result.kind !== 'score-gradient') return undefined;
      const { gradient, nfe, seconds } = result;
      const found = { betas: [...betas], replicate, gradient: [...gradient] };
      return written({ type: 'score-gradient', ...found, nfe, seconds, ...when });
    });
    return entry;
  }

  return {
    evaluate(wanted) {
      const known = wanted.map((one) => (one.schedule ?? study.done.evaluations.schedule(one.betas)).take(one));
      const missing = [...known.keys()].filter((i) => known[i] === undefined);
      if (missing.length === 0) return known.filter((entry) => entry !== undefined);
      const entries = known.map((entry): JournalHearing | Eventually<JournalHearing> => {
        return entry ?? Promise.resolve(undefined);
      });
      const runs = prefixRuns(
        missing.map((i) => wanted[i]!),
        study.settings.precision,
        pool.workers,
      );
      const packed = rowRuns(runs, (at) => clipsOf(wanted[missing[at]!]!), rowsPerCall);
      for (const members of packed.map((run) => run.map((at) => missing[at]!))) {
        const made = evaluate(members.map((i) => wanted[i]!));
        for (const [at, i] of members.entries()) entries[i] = made.then((all) => all[at]);
      }
      return entries;
    },
    cleanErrors(wanted) {
      const entries = wanted.map((task): Eventually<JournalCleanError> => Promise.resolve(knownErrors.get(task.sigma)));
      const missing = [...wanted.keys()].filter((i) => !knownErrors.has(wanted[i]!.sigma));
      const runs = missing.map((i) => [i]);
      for (const members of rowRuns(runs, () => scoringClips.length, rowsPerCall)) {
        const made = cleanErrors(members.map((i) => wanted[i]!));
        for (const [at, i] of members.entries()) entries[i] = made.then((all) => all[at]);
      }
      return entries;
    },
    scoreGradients: (wanted) =>
      wanted.map(async (task) => knownGradients.get(gradientKey(task)) ?? scoreGradient(task)),
    hasStopped,
    fail(error) {
      failure ??= { error };
    },
    nfeMade: () => nfeMade,
    seconds: () => study.done.seconds + (performance.now() - begin) / 1000,
    async settle() {
      if (running.size > 0) pool.cancel();
      await turn;
      await Promise.all(running);
      if (failure !== undefined) throw failure.error;
    },
  };
}

function gradientKey({ betas, replicate }: Pick<ScoreGradientTask, 'betas' | 'replicate'>): string {
  return `${replicate} ${betas.join(' ')}`;
}
