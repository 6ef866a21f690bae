/**
 * What `schedule-search --coarse int8` dropped in a study, heard again in float32: how many candidates that would have kept on the same clips, and how
 * many of these are better on all clips than the best complete trial before them. The model and the clips are those of the study.
 *
 *   node --import tsx bench/coarse-drops.ts --study FOLDER [--model DIR --clips FOLDER] [--jobs 2] [--json]
 */
import { parseArgs } from 'node:util';
import { InputError } from '../src/formats/input-error.ts';
import type { EvaluationTask } from '../src/search/evaluator.ts';
import { readJournal } from '../src/search/journal.ts';
import { openSearchPool, planSearch } from '../src/search/plan.ts';
import { createIncumbent, hasLost } from '../src/search/race.ts';
import { readStudy } from '../src/search/read-study.ts';
import { estimate } from '../src/search/statistics.ts';
import { studyPaths } from '../src/search/study.ts';
import { byClipOf } from '../src/search/taken.ts';
import type { Trial } from '../src/search/trial.ts';

const { values } = parseArgs({
  options: {
    study: { type: 'string' },
    model: { type: 'string' },
    clips: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const { study: folder, model, clips } = values;
if (folder === undefined) throw new InputError('--study says whose candidates to hear again');
const { settings, trials } = await readStudy(folder);
const { evaluations } = await readJournal(studyPaths(folder).journal);
const { steps, metric, seed, clamp, precision, scoringClips, clipSamples, sampleRate, rungs = [], version } = settings;
const plan = await planSearch({
  steps,
  model,
  clips,
  metric,
  seed,
  clamp,
  precision,
  version,
  // Rounded up, because clips are rounded down to whole hops.
  clipSeconds: Math.ceil((clipSamples / sampleRate) * 1e4) / 1e4,
  clipCount: scoringClips.length,
  strategy: 'random',
  stride: 1,
  replicates: 1,
  race: true,
  device: 'cpu',
});
const hashes = (of: typeof scoringClips) => of.map(({ hash }) => hash).join();
if (hashes(plan.settings.scoringClips) !== hashes(scoringClips))
  throw new InputError(`${folder}: it was made with other clips than ${clips ?? "the demo's"}`);
const { pool } = await openSearchPool(plan, Number(values.jobs));

/** Distances of each clip in float32, means over the draws of the trial. */
async function heard({ betas, draws }: Trial, end: number): Promise<readonly number[]> {
  const about = { kind: 'evaluation', betas, set: 'scoring', purpose: 'scoring', metrics: [metric] } as const;
  const jobs = Array.from(
    { length: draws },
    (_, replicate): EvaluationTask => ({ ...about, replicate, clips: [0, end] }),
  );
  const answer = await pool.run({ kind: 'jobs', jobs });
  const results = answer.kind === 'jobs' ? answer.results : [];
  const rows = results.flatMap((result) => (result.kind === 'evaluation' ? [result.distances[metric]!] : []));
  return byClipOf(rows, draws, end);
}

/** What the journal says of a complete trial. */
function known({ betas }: Trial, draws: number): readonly number[] {
  const key = betas.join();
  const own = evaluations.filter((entry) => entry.phase === 'search' && !entry.coarse && entry.betas.join() === key);
  const rows = Array.from({ length: draws }, (_, draw) =>
    own
      .filter(({ replicate }) => replicate === draw)
      .toSorted((a, b) => (a.clips?.[0] ?? 0) - (b.clips?.[0] ?? 0))
      .flatMap(({ distances }) => distances[metric]!),
  );
  return byClipOf(rows, draws, scoringClips.length);
}

/** How far a candidate that float32 would have kept is behind the best before it, on all clips; undefined where it would not. */
async function behind(trial: Trial): Promise<number | undefined> {
  const before = trials.filter(({ id, state, draws }) => state === 'complete' && id < trial.id && draws >= trial.draws);
  const byBetas = new Map(before.map((other) => [other.betas.join(), other]));
  const soFar = createIncumbent<Trial>();
  for (const other of byBetas.values()) soFar.add(known(other, trial.draws), other);
  const incumbent = soFar.current();
  if (incumbent === undefined || hasLost(await heard(trial, rungs[0]!), incumbent)) return undefined;
  return estimate(await heard(trial, scoringClips.length)).mean - incumbent.score;
}

const dropped = trials.filter(({ coarse }) => coarse);
const kept = (await Promise.all(dropped.map(behind))).filter((difference) => difference !== undefined);
await pool.close();
const found = {
  trials: trials.length,
  dropped: dropped.length,
  keptByFloat32: kept.length,
  better: kept.filter((difference) => difference < 0),
};
process.stdout.write(
  values.json
    ? `${JSON.stringify(found, null, 2)}\n`
    : `${found.dropped} of ${found.trials} trials were dropped; float32 would have kept ${found.keptByFloat32} of them, ` +
        `and ${found.better.length} are better than the best before them${found.better.map((by) => ` by ${(-by).toFixed(4)}`).join()}\n`,
);
