import type { Data } from 'plotly.js-dist-min';
import { groupBy } from '../../search/group-by.ts';
import { escapeHtml } from '../escape.ts';
import { counted, decimal, shortName } from '../numbers.ts';
import { type Comparable, mixedNote } from './comparable.ts';
import { BASELINE_COLOURS, COLOURS, type Plot } from './plot.ts';

const MOST_POINTS = 400;
const PUBLISHED = 'baselines';

/** @param baselines the names of what the search had to beat, which are drawn as one */
export function distributionPlot(comparable: Comparable, baselines: ReadonlySet<string>, metric: string): Plot {
  const { trials, scoreOf, behind } = comparable;
  const groups = groupBy(trials, ({ origin }) => (baselines.has(origin) ? PUBLISHED : origin));
  const lines = [...groups].map(([origin, proposed]) => ({
    origin,
    proposed: proposed.toSorted((a, b) => scoreOf(a) - scoreOf(b)),
  }));
  const palette = [COLOURS.winner, ...BASELINE_COLOURS];
  return {
    id: 'distribution',
    title: 'Scores by what proposed them',
    reading: `How large a part of the schedules of one origin scores at most that much: the further left and the steeper a line, the better what it proposed. The distance from the lowest score is logarithmic.${mixedNote(comparable)}`,
    alternative: lines
      .map(({ origin, proposed }) => {
        const at = (i: number) => decimal(scoreOf(proposed[i]!));
        return `${origin}: ${counted(proposed.length, 'schedule')}, best ${at(0)}, median ${at(Math.floor((proposed.length - 1) / 2))}`;
      })
      .join('; ')
      .concat('.'),
    height: 380,
    data: lines.map(
      ({ origin, proposed }, i): Data => ({
        type: 'scatter',
        mode: 'lines',
        name: `${escapeHtml(shortName(origin))} (${proposed.length})`,
        ...steps(proposed.map(behind)),
        hoverinfo: 'name+x',
        line: {
          shape: 'hv',
          width: 2,
          color: palette[i % palette.length],
          dash: i < palette.length ? 'solid' : 'dash',
        },
      }),
    ),
    layout: {
      showlegend: true,
      hovermode: 'closest',
      xaxis: {
        title: { text: escapeHtml(`behind the best, ${metric}`) },
        type: 'log',
        exponentformat: 'power',
        dtick: 1,
      },
      yaxis: { title: { text: 'part of the schedules' }, range: [0, 1.03], tickformat: '.0%' },
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom' },
      margin: { t: 24, r: 12, b: 44, l: 56 },
    },
  };
}

/** The empirical distribution as steps; of many scores those at evenly spread ranks. */
function steps(scores: readonly number[]): { x: number[]; y: number[] } {
  const count = Math.min(MOST_POINTS, scores.length);
  const at = Array.from({ length: count }, (_, i) => Math.round(((i + 1) * scores.length) / count) - 1);
  return { x: [scores[0]!, ...at.map((i) => scores[i]!)], y: [0, ...at.map((i) => (i + 1) / scores.length)] };
}
