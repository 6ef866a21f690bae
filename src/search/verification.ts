import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { InputError } from '../formats/input-error.ts';
import { scheduleDistance } from '../schedule/analysis/distance.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { JournalEvaluation, Phase } from './journal.ts';
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import type { Runner } from './runner.ts';
import { type Estimate, estimate, meanOverReplicates, pairedDifference } from './statistics.ts';
import type { Study } from './study.ts';
import { byScore, sameBetas, type Trial } from './trial.ts';

/** The best of the scoring clips, each unlike the others, that are ranked on held-out ones. */
const FINALISTS = 5;
/** Root mean square difference of ln σ below which two schedules sound alike. */
const MUCH_THE_SAME = 0.1;
const RANKING_REPLICATES = 2;
const VERIFICATION_REPLICATES = 4;

/** The clips that each phase of the verification hears, and what its noise is drawn for. */
const PHASES = {
  baseline: { set: 'scoring', purpose: 'scoring' },
  ranking: { set: 'heldout', purpose: 'ranking' },
  verification: { set: 'heldout', purpose: 'verification' },
} as const;

/** Network evaluations that the verification of a search costs, at most. */
export function verificationCost(
  steps: number,
  replicates: number,
  baselines: number,
  untried = baselines,
  finalists = FINALISTS,
): number {
  const evaluations = untried * replicates + finalists * RANKING_REPLICATES + (baselines + 1) * VERIFICATION_REPLICATES;
  return steps * evaluations;
}

interface VerificationOptions {
  readonly study: Study;
  readonly trials: readonly Trial[];
  /** What the search was charged. */
  readonly searchNfe: number;
  readonly baselines: readonly NoiseSchedule[];
  readonly runner: Runner;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Ranks the best few trials on held-out clips with fresh noise, then compares the first of them with the baselines on a further
 * draw, the same for all, that chose nothing: the minimum of many noisy scores is otherwise mostly luck.
 * Undefined where the search was cancelled. Throws an InputError where no trial is complete.
 */
export async function verify({
  study,
  trials,
  searchNfe,
  baselines,
  runner,
  onProgress,
}: VerificationOptions): Promise<Outcome | undefined> {
  const { settings } = study;
  const complete = trials.filter((trial) => trial.state === 'complete').toSorted(byScore);
  const best = complete[0];
  if (best === undefined) {
    throw new InputError(
      `${study.folder}: none of ${trials.length} trials gave a finite score; a clamp of x0 or another range may help`,
    );
  }
  const finalists = distinct(complete, FINALISTS);
  const untried = baselines.filter(({ betas }) => !complete.some((trial) => sameBetas(trial.betas, betas)));
  const nfePlanned =
    searchNfe +
    verificationCost(settings.steps, settings.replicates, baselines.length, untried.length, finalists.length);
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
    const entries = await Promise.all(started.map((entry) => entry.then((complete) => counted(phase, complete))));
    const complete = entries.filter((entry) => entry !== undefined);
    if (runner.hasStopped()) return undefined;
    return schedules.map((_, i) => distancesByClip(complete.slice(i * replicates, (i + 1) * replicates)));
  }
  function counted(phase: Phase, entry: JournalEvaluation | undefined) {
    // Not what was made: that may be less, by the worker that had it.
    nfe += entry?.betas.length ?? 0;
    onProgress({ phase, trials: trials.length, nfe: searchNfe + nfe, nfePlanned, best });
    return entry;
  }

  const onScoring = await hear('baseline', untried.map(betasOf), settings.replicates);
  const ranked = await hear('ranking', finalists.map(betasOf), RANKING_REPLICATES);
  if (onScoring === undefined || ranked === undefined) return undefined;
  const metric = settings.metric;
  const ranking = finalists
    .map((trial, i) => {
      const { mean } = estimate(ranked[i]![metric]);
      // A schedule that blows up on other clips comes last.
      return { trial, distances: ranked[i]!, mean: Number.isFinite(mean) ? mean : Number.MAX_VALUE };
    })
    .toSorted((a, b) => a.mean - b.mean || a.trial.id - b.trial.id);
  const winner = ranking[0]!.trial;

  // A baseline that won is not heard twice.
  const judges = [winner.betas, ...baselines.map(betasOf).filter((betas) => !sameBetas(betas, winner.betas))];
  const judged = await hear('verification', judges, VERIFICATION_REPLICATES);
  if (judged === undefined) return undefined;
  const heardOf = (betas: readonly number[]) => judged[judges.findIndex((other) => sameBetas(other, betas))]!;
  const ofWinner = heardOf(winner.betas);
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
    finalists: ranking.map(({ trial, distances }) => ({
      trial: trial.id,
      name: trial.origin,
      betas: [...trial.betas],
      score: trial.score,
      ...estimates(distances, metric),
    })),
    comparisons: baselines.map(({ name, betas }) => ({
      name,
      betas: [...betas],
      score: scoreOf(betas),
      ...estimates(heardOf(betas), metric),
      difference: pairedDifference(heardOf(betas)[metric], ofWinner[metric]),
    })),
    nfe: { search: searchNfe, verification: nfe },
    trials: trials.length,
    budget: settings.budget,
    seconds: runner.seconds(),
  };
}

/** The first trials that are not much the same as a better one, as the many that a local strategy ends with are. */
function distinct(ranked: readonly Trial[], count: number): Trial[] {
  const chosen: { readonly trial: Trial; readonly schedule: NoiseSchedule }[] = [];
  for (const trial of ranked) {
    const schedule = NoiseSchedule.fromBetas(trial.betas, { asPublished: true });
    const isNew = chosen.every((other) => scheduleDistance(schedule, other.schedule).rms >= MUCH_THE_SAME);
    if (isNew) chosen.push({ trial, schedule });
    if (chosen.length === count) break;
  }
  return chosen.map(({ trial }) => trial);
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
