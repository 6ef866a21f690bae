import type { Data } from 'plotly.js-dist-min';
import type { Evidence, Occupation, Span } from '../../search/evidence.ts';
import { counted, duration } from '../numbers.ts';
import { COLOURS, type Plot } from './plot.ts';

const COLOUR_OF: Readonly<Record<Occupation, string>> = {
  search: COLOURS.trial,
  verification: COLOURS.winner,
  'clean errors': '#2b8a3e',
  gradients: '#9c36b5',
};

/** Evaluations of one kind are drawn as one bar where they lie closer than this part of the whole. */
const GAP_PART = 1 / 1000;

/** When each worker was at work, and at what; undefined where the journal says nothing. */
export function workersPlot({ spans, resumed }: Evidence): Plot | undefined {
  if (spans.length === 0) return undefined;
  const total = spans.reduce((end, span) => Math.max(end, span.end), 0);
  const workers = 1 + spans.reduce((most, { worker }) => Math.max(most, worker), 0);
  const bars = joined(spans, total * GAP_PART);
  const occupations = (Object.keys(COLOUR_OF) as Occupation[]).filter((kind) =>
    bars.some(({ occupation }) => occupation === kind),
  );
  const busy = Array.from({ length: workers }, (_, i) =>
    spans.filter(({ worker }) => worker === i).reduce((sum, { start, end }) => sum + end - start, 0),
  );
  return {
    id: 'workers',
    title: 'What the workers did',
    reading:
      'Each row is a worker, each bar a time in which it evaluated without a pause: gaps are times in which it waited for others.' +
      (resumed.length > 0 ? ' A dashed line is where the search was stopped and went on.' : ''),
    alternative: `${counted(spans.length, 'evaluation')} in ${duration(total)}; busy: ${busy.map((seconds, i) => `worker ${i + 1} ${((100 * seconds) / total).toFixed(0)} %`).join(', ')}.`,
    height: 96 + 30 * workers,
    data: occupations.map((kind): Data => {
      const own = bars.filter(({ occupation }) => occupation === kind);
      return {
        type: 'bar',
        orientation: 'h',
        name: kind,
        base: own.map(({ start }) => start),
        x: own.map(({ start, end }) => end - start),
        y: own.map(({ worker }) => `worker ${worker + 1}`),
        width: 0.7,
        text: own.map(
          ({ start, end, count }) =>
            `${counted(count, 'evaluation')}, ${kind}<br>${start.toFixed(1)} to ${end.toFixed(1)} s`,
        ),
        textposition: 'none',
        hoverinfo: 'text',
        marker: { color: COLOUR_OF[kind], line: { width: 0 } },
      } as Data;
    }),
    layout: {
      barmode: 'overlay',
      showlegend: true,
      hovermode: 'closest',
      xaxis: { title: { text: 'seconds of search' }, range: [0, total * 1.005] },
      yaxis: { autorange: 'reversed', automargin: true, showgrid: false },
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom' },
      shapes: resumed.map((x) => ({
        type: 'line',
        x0: x,
        x1: x,
        yref: 'paper',
        y0: 0,
        y1: 1,
        line: { color: COLOURS.mark, width: 1, dash: 'dash' },
      })),
      margin: { t: 24, r: 12, b: 44, l: 8 },
    },
  };
}

/** Spans of one worker and one kind that follow each other closely become one. */
function joined(spans: readonly Span[], gap: number): Span[] {
  const bars: Span[] = [];
  const last = new Map<number, number>();
  for (const span of spans) {
    const at = last.get(span.worker);
    const before = at === undefined ? undefined : bars[at]!;
    if (before !== undefined && before.occupation === span.occupation && span.start - before.end <= gap) {
      bars[at!] = { ...before, end: Math.max(before.end, span.end), count: before.count + span.count };
    } else {
      last.set(span.worker, bars.length);
      bars.push(span);
    }
  }
  return bars;
}
