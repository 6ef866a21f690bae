import { basename, join, resolve } from 'node:path';
import { writeWhole } from '../formats/write-whole.ts';
import type { StudyData } from '../search/read-study.ts';
import { bestTrials } from './best-trials.ts';
import { comparisons } from './comparisons.ts';
import { headline } from './headline.ts';
import { counted } from './numbers.ts';
import { renderPage } from './page.ts';
import { plotsOf } from './plots/index.ts';
import { diagnostics, provenance } from './provenance.ts';

/**
 * A study, finished or not, as one HTML page of about 5 MB that loads nothing: what won and by how much, how the search went, and how
 * to repeat it.
 */
export function renderReport(study: StudyData): string {
  const { steps, strategy, checkpoint, metric } = study.settings;
  return renderPage({
    title: `A ${steps}-step noise schedule for ${checkpoint.name}`,
    subtitle: `Study ${basename(resolve(study.folder))}: ${counted(study.trials.length, 'trial')} of ${strategy} search, scored by ${metric}`,
    beforePlots: [headline(study), comparisons(study)],
    plots: plotsOf(study),
    afterPlots: [bestTrials(study), diagnostics(study), provenance(study)],
  });
}

/** Writes the page of a study; missing folders are made. */
export async function writeReport(study: StudyData, path: string): Promise<void> {
  await writeWhole(path, renderReport(study));
}

/** Where the page of a study goes unless told otherwise: reports/ in the working directory. */
export function reportPathFor(folder: string, cwd: string): string {
  return join(cwd, 'reports', `${basename(resolve(cwd, folder))}.html`);
}
