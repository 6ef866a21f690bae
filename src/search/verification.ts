import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { InputError } from '../formats/input-error.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { apart } from './apart.ts';
import type { JournalEvaluation, JournalHearing, Phase } from './journal.ts';
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import type { Runner } from './runner.ts';
import { ranked, standing } from './standing.ts';
import { type Estimate, estimate, meanOverReplicates, pairedDifference } from './statistics.ts';
import type { Study } from './study.ts';
import { sameBetas, type Trial } from './trial.ts';

/** How thoroughly a winner is chosen and judged on held-out clips. */
export interface VerificationSize {
  /** The best of the scoring clips, each unlike the others, that are ranked on held-out ones. */
  readonly finalists: number;
  /** Draws of noise that rank them. */
  readonly ranking: number;
  /** Draws of noise that judge the winner, the runner-up and the baselines. */
  readonly judging: number;
}

export const THOROUGH: VerificationSize = { finalists: 5, ranking: 2, judging: 4 };

/** For a run of several numbers of steps, which are also judged by one another. */
export const BRIEF: VerificationSize = { finalists: 2, ranking: 2, judging: 2 };

/** Root mean square difference of ln σ below which two schedules sound alike. */
const MUCH_THE_SAME = 0.1;

/** The clips that each phase of the verification hears, and what its noise is drawn for. */
const PHASES = {
  baseline: { set: 'scoring', purpose: 'scoring' },
  ranking: { set: 'heldout', purpose: 'ranking' },
  verification: { set: 'heldout', purpose: 'verification' },
} as const;

/** What a verification is of: by default, as many finalists as there may be, and baselines of which none was tried on the scoring clips. */
interface Verified {
  readonly steps: number;
  readonly replicates: number;
  readonly baselines: number;
  readonly untried?: number;
  readonly finalists?: number;
}

/** Network evaluations that the verification of a search costs, at most. */
export function verificationCost(
  { steps, replicates, baselines, untried = baselines, ...known }: Verified,
  size: VerificationSize = THOROUGH,
): number {
  const { finalists = size.finalists } = known;
  // The winner, the runner-up and the baselines.
  const judged = Math.min(finalists, 2) + baselines;
  return steps * (untried * replicates + finalists * size.ranking + judged * size.judging);
}

interface VerificationOptions {
  readonly study: Study;
  readonly trials: readonly Trial[];
  /** What the search was charged. */
  readonly searchNfe: number;
  readonly baselines: readonly NoiseSchedule[];
  readonly runner: Runner;
  readonly size: VerificationSize;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Ranks the best few trials on held-out clips with fresh noise, then compares the first of them with the second and with the baselines
 * on a further draw, the same for all, that chose nothing: the minimum of many noisy scores is otherwise mostly luck.
 * A baseline whose trial failed twice is left out. Undefined where the search was cancelled. Throws an InputError where no trial is complete.
 */
export async function verify({
  study,
  trials,
  searchNfe,
  baselines: all,
  runner,
  size,
  onProgress,
}: VerificationOptions): Promise<Outcome | undefined> {
  const { settings } = study;
  const hasFailedTwice = (betas: readonly number[]) =>
    trials.some((trial) => trial.reason !== undefined && sameBetas(trial.betas, betas));
  const baselines = all.filter(({ betas }) => !hasFailedTwice(betas));
  const complete = ranked(trials);
  const best = complete[0];
  if (best === undefined) {
    throw new InputError(
      `${study.folder}: none of ${trials.length} trials gave a finite score; a clamp of x0 or another range may help`,
    );
  }
  const finalists = apart(standing(trials), MUCH_THE_SAME, size.finalists);
  const untried = baselines.filter(({ betas }) => !complete.some((trial) => sameBetas(trial.betas, betas)));
  const nfePlanned =
    searchNfe +
    verificationCost(
      {
        steps: settings.steps,
        replicates: settings.replicates,
        baselines: baselines.length,
        untried: untried.length,
        finalists: finalists.length,
      },
      size,
    );
  let nfe = 0;

  /** Every schedule's distances by clip, averaged over replicates, in the order given. */
  async function hear(phase: keyof typeof PHASES, schedules: readonly (readonly number[])[], replicates: number) {
    const { set, purpose } = PHASES[phase];
    const started = runner.evaluate(
      schedules.flatMap((betas) =>
        Array.from({ length: replicates }, (_, replicate) => {
          return { kind: 'evaluation' as const, phase, betas, set, purpose, replicate, metrics: METRIC_NAMES };
        }),
      ),
    );
    const entries = await Promise.all(started.map(async (entry) => counted(phase, await entry)));
    const complete = entries.filter((entry) => entry !== undefined);
    if (runner.hasStopped()) return undefined;
    return schedules.map((_, i) => distancesByClip(complete.slice(i * replicates, (i + 1) * replicates)));
  }
  function counted(phase: Phase, ended: JournalHearing | undefined): JournalEvaluation | undefined {
    const entry = ended?.type === 'evaluation' ? ended : undefined;
    // Not what was made: that may be less, by the worker that had it.
    nfe += entry?.betas.length ?? 0;
    onProgress({ phase, trials: trials.length, nfe: searchNfe + nfe, nfePlanned, best });
    return entry;
  }

  const onScoring = await hear('baseline', untried.map(betasOf), settings.replicates);
  const heardAgain = await hear('ranking', finalists.map(betasOf), size.ranking);
  if (onScoring === undefined || heardAgain === undefined) return undefined;
  const metric = settings.metric;
  const ranking = finalists
    .map((trial, i) => {
      const { mean } = estimate(heardAgain[i]![metric]);
      // A schedule that blows up on other clips comes last.
      return { trial, distances: heardAgain[i]!, mean: Number.isFinite(mean) ? mean : Number.MAX_VALUE };
    })
    .toSorted((a, b) => a.mean - b.mean || a.trial.id - b.trial.id);
  const [winner, second] = ranking.map(({ trial }) => trial) as [Trial, Trial?];

  // A baseline that came first or second is not heard twice.
  const ofSearch = second === undefined ? [winner.betas] : [winner.betas, second.betas];
  const others = baselines.map(betasOf).filter((betas) => !ofSearch.some((found) => sameBetas(found, betas)));
  const verified = [...ofSearch, ...others];
  const judged = await hear('verification', verified, size.judging);
  if (judged === undefined) return undefined;
  const heardOf = (betas: readonly number[]) => judged[verified.findIndex((other) => sameBetas(other, betas))]!;
  const ofWinner = heardOf(winner.betas);
  const besideWinner = (betas: readonly number[]) => {
    const distances = heardOf(betas);
    return { ...estimates(distances, metric), difference: pairedDifference(distances[metric], ofWinner[metric]) };
  };
  const scoreOf = (betas: readonly number[]) => {
    const trial = complete.find((candidate) => sameBetas(candidate.betas, betas));
    if (trial !== undefined) return trial.score;
    const index = untried.findIndex((baseline) => sameBetas(baseline.betas, betas));
    return estimate(onScoring[index]![metric]).mean;
  };
  return {
    trial: winner.id,
    name: `found-${settings.steps}`,
    betas: [...winner.betas],
    score: winner.score,
    ...estimates(ofWinner, metric),
    finalists: ranking.map(({ trial, distances }) => ({ ...named(trial), ...estimates(distances, metric) })),
    ...(second && { runnerUp: { ...named(second), ...besideWinner(second.betas) } }),
    comparisons: baselines.map(({ name, betas }) => ({
      name,
      betas: [...betas],
      score: scoreOf(betas),
      ...besideWinner(betas),
    })),
    nfe: { search: searchNfe, verification: nfe },
    trials: trials.length,
    budget: settings.budget,
    seconds: runner.seconds(),
  };
}

function named({ id, origin, betas, score }: Trial) {
  return { trial: id, name: origin, betas: [...betas], score };
}

type DistancesByClip = Record<MetricName, number[]>;

function distancesByClip(entries: readonly JournalEvaluation[]): DistancesByClip {
  const rows = METRIC_NAMES.map((metric) => [
    metric,
    meanOverReplicates(entries.map((entry) => entry.distances[metric]!)),
  ]);
  return Object.fromEntries(rows) as DistancesByClip;
}

function estimates(distances: DistancesByClip, metric: MetricName) {
  const metrics = Object.fromEntries(METRIC_NAMES.map((name) => [name, estimate(distances[name])]));
  return { heldout: estimate(distances[metric]), metrics: metrics as Record<MetricName, Estimate> };
}

function betasOf({ betas }: { readonly betas: readonly number[] }): readonly number[] {
  return betas;
}
