import type { Trial } from '../../search/trial.ts';
import { escapeHtml } from '../escape.ts';
import { decimal } from '../numbers.ts';
import { smoothed } from '../surface.ts';
import { subscript } from './axis-steps.ts';
import { type Comparable, mixedNote } from './comparable.ts';
import { drawnTrials } from './drawn-trials.ts';
import { byImportance, type LevelImportance } from './importance.ts';
import { COLOURS, type Plot } from './plot.ts';

const GRID = 60;

/** The score over the two most important levels; undefined where there are no two, or all schedules have the same of one. */
export function contourPlot(
  comparable: Comparable,
  levels: readonly LevelImportance[],
  best: Trial | undefined,
  metric: string,
): Plot | undefined {
  const { trials, scoreOf, cap, sigmasOf } = comparable;
  const pair = byImportance(levels)
    .slice(0, 2)
    .map(({ n }) => n)
    .toSorted((a, b) => a - b);
  const [first, second] = pair;
  if (first === undefined || second === undefined) return undefined;
  const at = (trial: Trial) => {
    const sigmas = sigmasOf(trial);
    return { x: Math.log10(sigmas[first - 1]!), y: Math.log10(sigmas[second - 1]!), value: scoreOf(trial) };
  };
  // Bad schedules lie far away and would make a dot of the valley.
  const drawn = drawnTrials(trials.filter((trial) => trial.betas.length >= second && scoreOf(trial) <= cap));
  const samples = drawn.map(at);
  const [xs, ys] = [gridOf(samples.map(({ x }) => x)), gridOf(samples.map(({ y }) => y))];
  if (xs === undefined || ys === undefined) return undefined;
  const z = smoothed(samples, xs, ys);
  const lowest = samples.reduce((a, b) => (b.value < a.value ? b : a));
  return {
    id: 'contour',
    title: 'The score over the two levels that decide most',
    reading:
      `Colour is the mean score of schedules near that pair of levels (a Gaussian kernel, Scott’s width), the valley where it is strong; points are schedules, the large one the best.${mixedNote(comparable)}` +
      ' The quarter of schedules with the highest scores is left out, and where none is near nothing is drawn.',
    alternative: `The lowest score, ${decimal(lowest.value)}, at σ${subscript(first)} ${(10 ** lowest.x).toPrecision(3)} and σ${subscript(second)} ${(10 ** lowest.y).toPrecision(3)}.`,
    height: 440,
    data: [
      {
        type: 'contour',
        x: xs,
        y: ys,
        // A gap in JSON is null.
        z: z as number[][],
        connectgaps: false,
        ncontours: 16,
        colorscale: [
          [0, '#e8590c'],
          [0.15, '#f0a36b'],
          [0.5, '#8fb0d3'],
          [1, '#5f7388'],
        ],
        contours: { coloring: 'heatmap' },
        line: { width: 0.6, color: 'rgba(255, 255, 255, 0.55)' },
        colorbar: {
          title: { text: escapeHtml(comparable.label === 'score' ? metric : 'behind the best'), side: 'right' },
          thickness: 12,
          outlinewidth: 0,
        },
        hoverinfo: 'skip',
      },
      {
        type: 'scatter',
        mode: 'markers',
        x: samples.map(({ x }) => x),
        y: samples.map(({ y }) => y),
        text: drawn.map((trial) => `trial ${trial.id}: ${decimal(scoreOf(trial))}`),
        hoverinfo: 'text',
        marker: { size: 4, color: '#15191e', opacity: 0.55, line: { width: 0.6, color: '#ffffff' } },
      },
      ...(best === undefined
        ? []
        : [
            {
              type: 'scatter' as const,
              mode: 'markers' as const,
              x: [at(best).x],
              y: [at(best).y],
              text: [`trial ${best.id}: ${decimal(scoreOf(best))}`],
              hoverinfo: 'text' as const,
              marker: { size: 13, color: COLOURS.winner, line: { width: 2, color: '#ffffff' } },
            },
          ]),
    ],
    layout: {
      showlegend: false,
      hovermode: 'closest',
      xaxis: { title: { text: `σ${subscript(first)}` }, ...sigmaAxis(xs) },
      yaxis: { title: { text: `σ${subscript(second)}` }, automargin: true, ...sigmaAxis(ys) },
      margin: { t: 12, r: 12, b: 44, l: 56 },
    },
  };
}

/** Of log10 σ: Plotly's own logarithmic axis has too many labels within one decade. */
function sigmaAxis(grid: readonly number[]) {
  const [low, high] = [grid[0]!, grid.at(-1)!];
  const ticks = Array.from({ length: 4 }, (_, i) => low + ((i + 0.5) * (high - low)) / 4);
  return {
    range: [low, high] as [number, number],
    tickvals: ticks,
    ticktext: ticks.map((tick) => (10 ** tick).toPrecision(3)),
    tickangle: 0,
    showgrid: false,
    zeroline: false,
  };
}

/** From the least to the greatest, with a little room; undefined where they are one. */
function gridOf(values: readonly number[]): number[] | undefined {
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  if (!(high > low)) return undefined;
  const room = 0.04 * (high - low);
  return Array.from({ length: GRID }, (_, i) => low - room + ((high - low + 2 * room) * i) / (GRID - 1));
}
