import { writeWhole } from '../formats/write-whole.ts';
import { scheduleDistance } from '../schedule/analysis/distance.ts';
import { analyseSteps } from '../schedule/analysis/steps.ts';
import { type Diagnostics, warnings } from '../schedule/diagnostics.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { type Html, html } from './escape.ts';
import { counted, decimal, listed } from './numbers.ts';
import { renderPage } from './page.ts';
import { schedulePlots } from './plots/schedules/figures.ts';
import type { DrawnSchedule } from './plots/schedules/step-plot.ts';
import { table } from './table.ts';

/** A schedule of the page, under the name it goes by. */
export interface PageSchedule {
  readonly name: string;
  readonly schedule: NoiseSchedule;
  readonly diagnostics: Diagnostics;
  /** What else there is to say of it, one sentence each. Default: nothing. */
  readonly remarks?: readonly string[];
  /** Its σ under another precision or clamp. Default: none. */
  readonly variants?: DrawnSchedule['variants'];
}

const MOST_TITLED = 3;

/** Schedules side by side, at least one, as one HTML page of about 5 MB that loads nothing. */
export function renderSchedulePage(schedules: readonly PageSchedule[]): string {
  const drawn = schedules.map(({ name, schedule, variants }) => ({ name, steps: analyseSteps(schedule), variants }));
  return renderPage({
    title: titleOf(schedules),
    subtitle: 'Drawn from their betas alone; no network was run.',
    content: [
      overview(schedules),
      ...schedulePlots(drawn, schedules[0]!.diagnostics.trained),
      distances(schedules),
      numbers(drawn),
    ],
  });
}

/** Writes the page of schedules; missing folders are made. */
export async function writeSchedulePage(schedules: readonly PageSchedule[], path: string): Promise<void> {
  await writeWhole(path, renderSchedulePage(schedules));
}

function titleOf(schedules: readonly PageSchedule[]): string {
  if (schedules.length > MOST_TITLED) return `${schedules.length} noise schedules side by side`;
  return `Noise schedule${schedules.length === 1 ? '' : 's'} ${listed(schedules.map(({ name }) => name))}`;
}

function overview(schedules: readonly PageSchedule[]): Html {
  const rows = schedules.map(({ name, schedule, diagnostics: { leastNoisy, noisiest, smallestGap } }) => [
    name,
    schedule.length,
    schedule.clamp,
    leastNoisy.sigma.toPrecision(4),
    noisiest.sigma.toPrecision(4),
    noisiest.level.toPrecision(4),
    Number.isFinite(smallestGap) ? smallestGap.toPrecision(4) : '–',
    schedule.source,
  ]);
  const columns = [
    { head: 'schedule' },
    { head: 'steps', numeric: true },
    { head: 'clamp' },
    { head: 'lowest σ', numeric: true },
    { head: 'highest σ', numeric: true },
    { head: 'lowest level', numeric: true },
    { head: 'smallest Δ ln σ', numeric: true },
    { head: 'source' },
  ];
  const sentences = schedules.flatMap(({ name, diagnostics, remarks = [] }) =>
    [...warnings(diagnostics), ...remarks].map((sentence) => html`<li><strong>${name}</strong>: ${sentence}</li>\n`),
  );
  return html`${table('The schedules, with the sampler clamp that each is meant for', columns, rows)}
${sentences.length === 0 ? html`<p>Nothing to warn of.</p>` : html`<ul>${sentences}</ul>`}
<p>A name in a legend hides its schedule in every figure, and shows it again.</p>`;
}

/** RMS and largest Δ ln σ of every two; empty where there is one schedule. */
function distances(schedules: readonly PageSchedule[]): Html {
  if (schedules.length < 2) return html``;
  const rows = schedules.map(({ name, schedule }, i) => [
    name,
    ...schedules.map((other, j) => {
      if (i === j) return '–';
      const { rms, largest } = scheduleDistance(schedule, other.schedule);
      return `${decimal(rms)} (${decimal(largest)})`;
    }),
  ]);
  const caption =
    'Root mean square of Δ ln σ over the steps, and in brackets the largest; where numbers of steps differ, ln σ is interpolated over (n − 1)/(N − 1)';
  const columns = [{ head: 'schedule' }, ...schedules.map(({ name }) => ({ head: name, numeric: true }))];
  return html`<section><h2>Distances</h2>
${table(caption, columns, rows)}</section>`;
}

/** Everything that is drawn, as tables. */
function numbers(drawn: readonly DrawnSchedule[]): Html {
  return html`<section><h2>The numbers</h2>
${drawn.map(
  ({ name, steps }) => html`<details><summary>${name}, ${counted(steps.length, 'step')}</summary>
${stepTable(name, steps)}</details>
`,
)}</section>`;
}

function stepTable(name: string, steps: DrawnSchedule['steps']): Html {
  const heads = ['n', 'β', 'level', 'σ', 'SNR, dB', 'Δ ln σ', 'noise added', 'its share'];
  const rows = steps.map(({ n, beta, level, sigma, snrDb, gap, added, addedShare }) => [
    n,
    beta.toPrecision(6),
    level.toFixed(7),
    sigma.toPrecision(6),
    snrDb.toFixed(2),
    Number.isFinite(gap) ? gap.toPrecision(4) : '–',
    added.toPrecision(4),
    `${(100 * addedShare).toFixed(1)} %`,
  ]);
  return table(
    `The steps of ${name}; the share is that of the noise power which is there after the step`,
    heads.map((head) => ({ head, numeric: true })),
    rows,
  );
}
