import { basename, join, parse, resolve } from 'node:path';
import { writeWhole } from '../../formats/write-whole.ts';
import type { FrontPoint } from '../../search/front.ts';
import { type Html, html } from '../escape.ts';
import { counted, grouped, plusMinus, shortBetas } from '../numbers.ts';
import { renderPage } from '../page.ts';
import { writeReport } from '../report.ts';
import { bestBaseline, verdict } from '../schedules.ts';
import { table } from '../table.ts';
import { withUnit } from '../units.ts';
import { frontPlot } from './front-plot.ts';
import { frontSentence } from './front-sentence.ts';

/**
 * The front of quality over steps as one HTML page of about 5 MB that loads nothing, and beside it, in a folder of its name, the report of each study, to which
 * it links. Missing folders are made.
 *
 * @param points at least one, from the fewest steps up
 */
export async function writeFront(folder: string, points: readonly FrontPoint[], path: string): Promise<void> {
  const { dir, name } = parse(path);
  for (const { study } of points) await writeReport(study, join(dir, name, `${study.settings.steps}.html`));
  await writeWhole(path, renderFront(basename(resolve(folder)), points, name));
}

/** @param reports the folder with the studies' reports, relative to the page */
export function renderFront(name: string, points: readonly FrontPoint[], reports: string): string {
  const { checkpoint, metric, strategy } = points[0]!.study.settings;
  const trials = points.reduce((sum, { study }) => sum + study.trials.length, 0);
  return renderPage({
    title: `Noise schedules of ${points[0]!.study.settings.steps} to ${points.at(-1)!.study.settings.steps} steps for ${checkpoint.name}`,
    subtitle: `${name}: ${counted(trials, 'trial')} of ${strategy} search, scored by ${metric}`,
    beforePlots: [html`<p class="verdict">${frontSentence(points)}</p>`],
    plots: [frontPlot(points)],
    afterPlots: [frontTable(points, reports), allBetas(points)],
  });
}

function frontTable(points: readonly FrontPoint[], reports: string): Html {
  const rows = points.map(({ study, outcome, realTimeFactor }) => {
    const { steps } = study.settings;
    const baseline = bestBaseline(outcome);
    const beside =
      baseline === undefined
        ? ['–', '–', '–']
        : [baseline.name, plusMinus(baseline.difference), verdict(baseline, outcome)];
    return [
      html`<a href="${`${reports}/${steps}.html`}">${counted(steps, 'step')}</a>`,
      plusMinus(outcome.heldout),
      ...beside,
      realTimeFactor.toFixed(3),
      grouped(outcome.nfe.search + outcome.nfe.verification),
      html`<span class="betas-cell">${shortBetas(outcome.betas)}</span>`,
    ];
  });
  const { metric, heldoutClips } = points[0]!.study.settings;
  return html`<section><h2>The best of each</h2>
${table(
  `${withUnit(metric)} on ${counted(heldoutClips.length, 'held-out clip')}, mean ± standard error; the best baseline of as many steps, by how much it is worse with the same noise, and what that says; each row leads to its report`,
  [
    { head: 'steps' },
    { head: 'held-out', numeric: true },
    { head: 'best baseline' },
    { head: 'is worse by', numeric: true },
    { head: 'verdict' },
    { head: 'real-time factor', numeric: true },
    { head: 'NFE', numeric: true },
    { head: 'betas' },
  ],
  rows,
)}
<p>The real-time factor is the seconds that one thread of this search took for a second of audio, with its other threads at work; below 1 is faster than real time.</p></section>`;
}

function allBetas(points: readonly FrontPoint[]): Html {
  const betas = Object.fromEntries(points.map(({ study, outcome }) => [study.settings.steps, outcome.betas]));
  const json = JSON.stringify(betas).replaceAll(',', ', ').replaceAll('], ', '],\n ');
  return html`<div class="betas"><h2>All betas, by number of steps</h2><button type="button" id="copy">Copy as JSON</button></div>
<details><summary>${counted(points.length, 'schedule')}</summary><pre><code id="betas">${json}</code></pre></details>`;
}
