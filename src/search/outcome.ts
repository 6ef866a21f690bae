import { z } from 'zod';
import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { checkData, numberOrNull, parseJson } from '../formats/json.ts';
import { readIfThere } from '../formats/read-input.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { StudySettings } from './settings.ts';
import type { Estimate } from './statistics.ts';

const FORMAT = 1;

const estimate = z.strictObject({ mean: numberOrNull, standardError: numberOrNull });
const metricName = z.enum(METRIC_NAMES);
const judged = {
  name: z.string(),
  betas: z.array(z.number()),
  /** On the scoring clips. */
  score: numberOrNull,
  /** The study's metric on held-out clips. */
  heldout: estimate,
  /** Every metric on held-out clips, from the same noise. */
  metrics: z.record(metricName, estimate),
};

const outcome = z.strictObject({
  trial: z.int(),
  ...judged,
  /** The best few of the scoring clips, ranked on held-out clips with fresh noise; the first won. */
  finalists: z.array(z.strictObject({ trial: z.int(), ...judged })),
  /**
   * The second of the finalists, from the same draw of noise as the winner's held-out score; a positive difference is in the winner's
   * favour. Absent where there is one finalist, and from older files.
   */
  runnerUp: z.strictObject({ trial: z.int(), ...judged, difference: estimate }).optional(),
  /** Presets and Fibonacci, in the same way; one that is the winner or the runner-up is there too. */
  comparisons: z.array(z.strictObject({ ...judged, difference: estimate })),
  /** Where a coarse network heard candidates first: those that it alone heard, what it was charged, and how alike it ranks what both heard. */
  coarse: z
    .strictObject({ dropped: z.int(), nfe: z.number(), heardByBoth: z.int(), correlation: numberOrNull })
    .optional(),
  nfe: z.strictObject({ search: z.number(), verification: z.int() }),
  /** Trials of the search that came to this; where there are more by now, it has gone on. Absent from older files. */
  trials: z.int().optional(),
  /** Of the search that came to this; where the study's is another by now, that search is not finished. */
  budget: z.int(),
  seconds: z.number(),
});

/** What a finished search found. */
export type Outcome = z.infer<typeof outcome>;

/** A schedule's scores on held-out clips. */
export interface Judged {
  readonly heldout: Estimate;
  readonly metrics: Record<MetricName, Estimate>;
}

const bestFile = z.object({ provenance: z.strictObject({ format: z.literal(FORMAT), outcome, study: z.unknown() }) });

/** What a search found, as a schedule that says where it comes from. */
export function foundSchedule(
  study: StudySettings,
  { name, betas }: { readonly name: string; readonly betas: readonly number[] },
): NoiseSchedule {
  const source = `found by wavegrad-schedules ${study.version} (${study.strategy}, seed ${study.seed}) for ${study.checkpoint.name}`;
  // A published schedule that wins may have a β that is zero but for rounding.
  const asPublished = betas.some((beta) => beta <= 0);
  return NoiseSchedule.fromBetas(betas, { name, source, clamp: study.clamp, asPublished });
}

/** best.json: the winner in the form of a schedule file, with all that is known of how it was found. */
export function outcomeFile(study: StudySettings, found: Outcome): unknown {
  return { ...foundSchedule(study, found).toJSON(), provenance: { format: FORMAT, outcome: found, study } };
}

/** What a study's best.json says, or undefined where the search has not come to its end; an InputError where it does not fit. */
export async function readOutcome(path: string): Promise<Outcome | undefined> {
  return (await readBest(path))?.outcome;
}

/** A best.json, wherever it was saved to: what was found, and the settings of the study that found it, unchecked. */
export async function readBest(path: string): Promise<{ outcome: Outcome; study: unknown } | undefined> {
  const text = await readIfThere(path);
  return text === undefined ? undefined : checkData(parseJson(text, path), bestFile, path).provenance;
}
