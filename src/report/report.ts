import { basename, join, resolve } from 'node:path';
import { writeWhole } from '../formats/write-whole.ts';
import { type Evidence, readEvidence } from '../search/evidence.ts';
import { readStudy, type StudyData } from '../search/read-study.ts';
import { readSettings } from '../search/study.ts';
import { bestTrials } from './best-trials.ts';
import { comparisons, finalists } from './comparisons.ts';
import { html } from './escape.ts';
import { headline } from './headline.ts';
import { listeningSection } from './listening.ts';
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
 * @param evidence what else its folder says; default: nothing
 * @param version where it is served while the search runs: which version of it this is, `last` if no other will follow; default: it is a file
 */
export function renderReport(study: StudyData, evidence: Evidence = NOTHING, version?: string): string {
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
      listeningSection(study, evidence.listening),
      finalists(study),
      comparisons(study),
      bestTrials(study),
      diagnostics(study),
      provenance(study),
    ],
    version,
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

/** The page of a study that is being searched, as `renderReport` versions it; before its first trial a page that says so. */
export async function renderRunning(folder: string, version: string): Promise<string> {
  if ((await readSettings(folder)) === undefined) {
    const content = [html`<p class="notice">The search has not begun yet.</p>`];
    return renderPage({ title: 'A noise schedule', subtitle: `Study ${basename(folder)}`, content, version });
  }
  return renderReport(await readStudy(folder), await readEvidence(folder), version);
}

/** Where the page of a study goes unless told otherwise: reports/ in the working directory. */
export function reportPathFor(folder: string, cwd: string): string {
  return join(cwd, 'reports', `${basename(resolve(cwd, folder))}.html`);
}
