import { basename, join, parse, resolve } from 'node:path';
import { writeWhole } from '../../formats/write-whole.ts';
import { type Front, type FrontPoint, lowestOf, worseBy } from '../../search/front.ts';
import { copyButton } from '../betas-block.ts';
import { type Html, html } from '../escape.ts';
import { counted, grouped, listed, plusMinus } from '../numbers.ts';
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
 */
export async function writeFront(folder: string, front: Front, path: string): Promise<void> {
  const { dir, name, ext } = parse(path);
  // A page without an extension has the name that its folder would have.
  const reports = ext === '' ? `${name}-studies` : name;
  for (const { study } of front.points) await writeReport(study, join(dir, reports, `${study.settings.steps}.html`));
  await writeWhole(path, renderFront(basename(resolve(folder)), front, reports));
}

/** @param reports the folder with the studies' reports, beside the page */
export function renderFront(name: string, { points, unfinished }: Front, reports: string): string {
  const { checkpoint, metric, strategy } = points[0]!.study.settings;
  const trials = points.reduce((sum, { study }) => sum + study.trials.length, 0);
  const [fewest, most] = [points[0]!, points.at(-1)!].map(({ study }) => study.settings.steps) as [number, number];
  return renderPage({
    title: `Noise schedules of ${fewest === most ? '' : `${fewest} to `}${counted(most, 'step')} for ${checkpoint.name}`,
    subtitle: `Studies of ${name}: ${counted(trials, 'trial')} of ${strategy} search, scored by ${metric}`,
    content: [
      html`<p class="verdict">${frontSentence(points)}</p>`,
      ...unfinishedNotice(unfinished),
      frontPlot(points),
      frontTable(points, reports),
      allBetas(points),
    ],
  });
}

function unfinishedNotice(unfinished: readonly number[]): Html[] {
  if (unfinished.length === 0) return [];
  const counts = listed(unfinished.map(String));
  const searches = unfinished.length === 1 ? `The search of ${counts} steps is` : `The searches of ${counts} steps are`;
  return [html`<p class="notice">${searches} not finished, and not shown.</p>`];
}

function frontTable(points: readonly FrontPoint[], reports: string): Html {
  const rows = points.map((point, i) => {
    const { study, outcome, realTimeFactor } = point;
    const { steps } = study.settings;
    const baseline = bestBaseline(outcome);
    const beside =
      baseline === undefined
        ? ['–', '–', '–']
        : [baseline.name, plusMinus(baseline.difference), verdict(baseline, outcome)];
    return [
      html`<a href="${`${encodeURIComponent(reports)}/${steps}.html`}">${counted(steps, 'step')}</a>`,
      plusMinus(outcome.heldout),
      gain(point, points.slice(0, i)),
      ...beside,
      realTimeFactor.toFixed(3),
      grouped(outcome.nfe.search + outcome.nfe.verification),
    ];
  });
  const { metric, heldoutClips } = points[0]!.study.settings;
  return html`<section><h2>The best of each</h2>
${table(
  `${withUnit(metric)} on ${counted(heldoutClips.length, 'held-out clip')}, mean ± standard error. Differences are paired, on the same clips with the same noise: ` +
    'by how much each is better than the best of fewer steps (worse where negative), and by how much the best baseline of as many steps is worse. Each row leads to its report.',
  [
    { head: 'steps' },
    { head: 'held-out', numeric: true },
    { head: 'gain over fewer', numeric: true },
    { head: 'best baseline' },
    { head: 'worse by', numeric: true },
    { head: 'verdict' },
    { head: 'real-time factor', numeric: true },
    { head: 'NFE', numeric: true },
  ],
  rows,
)}
<p>The real-time factor is the seconds that one thread of the search took for a second of audio, with its other threads at work and the metrics included; below 1 is faster than real time.</p></section>`;
}

/** By how much one is better than the best of fewer steps. */
function gain(point: FrontPoint, fewer: readonly FrontPoint[]): string {
  const best = lowestOf(fewer);
  return best === undefined ? '–' : plusMinus(worseBy(best, point));
}

function allBetas(points: readonly FrontPoint[]): Html {
  const lines = points.map(
    ({ study, outcome }) =>
      `"${study.settings.steps}": [${outcome.betas.map((beta) => JSON.stringify(beta)).join(', ')}]`,
  );
  const json = `{\n${lines.join(',\n')}\n}`;
  return html`<div class="betas"><h2>All betas, by number of steps</h2>${copyButton('Copy JSON', json)}</div>
<pre><code id="betas">${json}</code></pre>`;
}
