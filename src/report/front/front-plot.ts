import type { Data } from 'plotly.js-dist-min';
import type { FrontPoint } from '../../search/front.ts';
import { escapeHtml } from '../escape.ts';
import { decimal, plusMinus, shortName } from '../numbers.ts';
import { BASELINE_COLOURS, COLOURS, type Plot } from '../plots/plot.ts';
import { standardErrorsIn95 } from '../student-t.ts';
import { unitOf, withUnit } from '../units.ts';

/** A baseline that is worse by more than this many times the spread of the winners is left out of the picture. */
const FARTHEST = 3;

/** The best score on held-out clips over the number of steps, beside the baselines of as many. */
export function frontPlot(points: readonly FrontPoint[]): Plot {
  const { metric, heldoutClips } = points[0]!.study.settings;
  const unit = unitOf(metric);
  const factor = standardErrorsIn95(heldoutClips.length);
  const means = points.map(({ outcome }) => outcome.heldout.mean);
  const [lowest, highest] = [Math.min(...means), Math.max(...means)];
  const top = highest + FARTHEST * Math.max(highest - lowest, 0.02 * Math.abs(highest));
  const stepsOf = ({ study }: FrontPoint) => study.settings.steps;
  const baselines = points.flatMap((point) =>
    point.outcome.comparisons.map(({ name, heldout }) => ({ steps: stepsOf(point), name, heldout })),
  );
  const drawn = baselines.filter(({ heldout }) => heldout.mean <= top);
  const winners: Data = {
    type: 'scatter',
    mode: 'lines+markers',
    name: 'found',
    x: points.map(stepsOf),
    y: means,
    error_y: {
      type: 'data',
      array: points.map(({ outcome }) => {
        const half = factor * outcome.heldout.standardError;
        return Number.isFinite(half) ? half : 0;
      }),
      color: COLOURS.winner,
      thickness: 1.5,
    },
    text: points.map(
      ({ study, outcome, realTimeFactor }) =>
        `${study.settings.steps} steps: ${plusMinus(outcome.heldout)}${unit}, real-time factor ${realTimeFactor.toFixed(3)}`,
    ),
    hoverinfo: 'text',
    line: { color: COLOURS.winner, width: 2.5 },
    marker: { color: COLOURS.winner, size: 8 },
  };
  const others: Data = {
    type: 'scatter',
    mode: 'markers',
    name: 'published',
    x: drawn.map(({ steps }) => steps),
    y: drawn.map(({ heldout }) => heldout.mean),
    text: drawn.map(({ name, heldout }) => escapeHtml(`${shortName(name)}: ${plusMinus(heldout)}${unit}`)),
    hoverinfo: 'text',
    marker: { color: BASELINE_COLOURS[0], size: 9, symbol: 'diamond-open', line: { width: 2 } },
  };
  const left = baselines.length - drawn.length;
  const last = points.at(-1)!;
  return {
    id: 'front',
    title: 'Quality over steps',
    reading:
      'Each point is the best schedule of that many steps on the held-out clips, with its 95 % confidence interval over clips; below the number of steps is the real-time factor. The intervals ' +
      'are of the clips, which are the same for all, so they are wider than what tells two schedules apart. Diamonds are published schedules of as many steps' +
      (left > 0 ? `; ${left} that are far worse are left out.` : '.'),
    alternative: `Held-out score from ${decimal(means[0]!)} at ${stepsOf(points[0]!)} steps to ${decimal(last.outcome.heldout.mean)} at ${stepsOf(last)} steps.`,
    height: 440,
    data: [others, winners],
    layout: {
      xaxis: {
        title: { text: 'steps, and real-time factor' },
        type: 'log',
        tickvals: points.map(stepsOf),
        ticktext: points.map((point) => `${stepsOf(point)}<br>${point.realTimeFactor.toFixed(2)}`),
      },
      yaxis: { title: { text: escapeHtml(withUnit(metric)) }, automargin: true },
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom' },
      hovermode: 'closest',
      margin: { t: 24, r: 12, b: 64, l: 56 },
    },
  };
}
