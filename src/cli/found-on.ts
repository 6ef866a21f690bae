import type { MetricName } from '../audio/distances/index.ts';
import type { Precision } from '../diffusion/process.ts';
import type { Estimate } from '../search/statistics.ts';

/** How a search found a schedule. */
export interface FoundOn {
  readonly precision: Precision;
  readonly metric: MetricName;
  /** Names of the recordings it was chosen on. */
  readonly scoringClips: readonly string[];
  readonly clipSeconds: number;
  /** How many others it was verified on. */
  readonly heldoutClips: number;
}

/** What the search that wrote a file says of it; nothing where none of this version did. */
export interface Provenance {
  readonly heldout?: Estimate;
  readonly found?: FoundOn;
}

const MOST_NAMED = 2;

/** Reads the provenance of a best.json, wherever it was saved to. */
export async function readProvenance(path: string): Promise<Provenance> {
  // Imported only here: it brings the metrics along, and a listing of presets should be instant.
  const { readBest } = await import('../search/outcome.ts');
  const best = await readBest(path).catch(() => undefined);
  if (best === undefined) return {};
  const { studySettings } = await import('../search/settings.ts');
  const study = studySettings.safeParse(best.study).data;
  if (study === undefined) return { heldout: best.outcome.heldout };
  const { precision, metric, scoringClips, clipSamples, sampleRate, heldoutClips } = study;
  const found = {
    precision,
    metric,
    scoringClips: scoringClips.map(({ name }) => name),
    clipSeconds: clipSamples / sampleRate,
    heldoutClips: heldoutClips.length,
  };
  return { heldout: best.outcome.heldout, found };
}

/** 6 clips of 0.99 s: LJ001-0001, LJ001-0002 … */
export function clipsText({ scoringClips, clipSeconds }: FoundOn): string {
  const count = scoringClips.length === 1 ? '1 clip' : `${scoringClips.length} clips`;
  const more = scoringClips.length > MOST_NAMED ? ' …' : '';
  return `${count} of ${clipSeconds.toFixed(2)} s: ${scoringClips.slice(0, MOST_NAMED).join(', ')}${more}`;
}
