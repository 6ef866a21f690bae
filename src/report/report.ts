import { basename, join, resolve } from 'node:path';
import { writeWhole } from '../formats/write-whole.ts';
import { type Evidence, readEvidence } from '../search/evidence.ts';
import type { StudyData } from '../search/read-study.ts';
import { bestTrials } from './best-trials.ts';
import { comparisons } from './comparisons.ts';
import { headline } from './headline.ts';
import { counted } from './numbers.ts';
import { renderPage } from './page.ts';
import { clipsPlot } from './plots/clips.ts';
import { comparisonPlot } from './plots/comparison.ts';
import { plotsOf } from './plots/index.ts';
import { workersPlot } from './plots/workers.ts';
import { diagnostics, provenance } from './provenance.ts';

/**
 * A study, finished or not, as one HTML page of about 5 MB that loads nothing: what won and by how much, how the search went, and how
 * to repeat it.
 *
 * @param evidence what its journal says; default: nothing
 */
export function renderReport(study: StudyData, evidence: Evidence = NOTHING): string {
  const { steps, strategy, checkpoint, metric } = study.settings;
  const { settings, outcome } = study;
  return renderPage({
    title: `A ${steps}-step noise schedule for ${checkpoint.name}`,
    subtitle: `Study ${basename(resolve(study.folder))}: ${counted(study.trials.length, 'trial')} of ${strategy} search, scored by ${metric}`,
    content: [
      headline(study),
      ...(outcome === undefined ? [] : maybe(comparisonPlot(settings, outcome))),
      ...plotsOf(study),
      ...(outcome === undefined ? [] : maybe(clipsPlot(settings, outcome, evidence))),
      ...maybe(workersPlot(evidence)),
      comparisons(study),
      bestTrials(study),
      diagnostics(study),
      provenance(study),
    ],
  });
}

const NOTHING: Evidence = { spans: [], resumed: [], byClip: [] };

function maybe<Part>(part: Part | undefined): Part[] {
  return part === undefined ? [] : [part];
}

/** Writes the page of a study; missing folders are made. */
export async function writeReport(study: StudyData, path: string): Promise<void> {
  await writeWhole(path, renderReport(study, await readEvidence(study.folder)));
}

/** Where the page of a study goes unless told otherwise: reports/ in the working directory. */
export function reportPathFor(folder: string, cwd: string): string {
  return join(cwd, 'reports', `${basename(resolve(cwd, folder))}.html`);
}
