import type { Data, Layout } from 'plotly.js-dist-min';
import type { StepAnalysis } from '../../../schedule/analysis/steps.ts';
import { escapeHtml } from '../../escape.ts';
import { shortName } from '../../numbers.ts';
import { BASELINE_COLOURS, COLOURS, type Plot } from '../plot.ts';

/** A schedule with its steps. */
export interface DrawnSchedule {
  readonly name: string;
  readonly steps: readonly StepAnalysis[];
  /** Its σ_1 … σ_N under something else, such as 'in float32', to be drawn beside it. */
  readonly variants?: readonly { readonly name: string; readonly sigmas: readonly number[] }[] | undefined;
}

/** One quantity of every step, as a figure. */
export interface StepFigure {
  readonly id: string;
  readonly title: string;
  readonly reading: string;
  /** Of the vertical axis, with the unit. */
  readonly axis: string;
  readonly logarithmic: boolean;
  /** Not drawn where it is not finite, or on a logarithmic axis not above 0. */
  readonly of: (step: StepAnalysis) => number;
  /** The same of a σ alone, where it follows from that: the variants of a schedule are then drawn too. */
  readonly ofSigma?: (sigma: number) => number;
  /** Ends of what the network was trained on, in the figure's quantity. */
  readonly trained: readonly number[];
}

/** With more steps than this, lines have no markers. */
const MANY_STEPS = 60;

const PALETTE = [COLOURS.winner, ...BASELINE_COLOURS];
const DASHES = ['solid', 'dash', 'dashdot'] as const;

/** A line for each schedule: over n where all have the same number of steps, over n/N else. */
export function stepPlot(figure: StepFigure, schedules: readonly DrawnSchedule[]): Plot {
  const { id, title, reading, axis, logarithmic, trained } = figure;
  const alike = new Set(schedules.map(({ steps }) => steps.length)).size === 1;
  const xOf = (n: number, count: number) => (alike ? n : n / count);
  const lines = schedules.flatMap((schedule, index) => linesOf(schedule, index, figure));
  const drawn = lines.flatMap(({ values }) => values.filter((value) => !Number.isNaN(value)));
  const ratio =
    drawn.reduce((a, b) => Math.max(a, b), 0) / drawn.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return {
    id,
    title,
    reading,
    alternative: `${title} over ${alike ? 'n' : 'n/N'}. ${lines.map(spoken).join(' ')}`,
    height: 400 + 22 * Math.floor(lines.length / 3),
    data: lines.map((line) => drawLine(line, figure, xOf)),
    layout: {
      showlegend: true,
      hovermode: 'closest',
      xaxis: alike ? { title: { text: 'step n' }, tickformat: 'd' } : { title: { text: 'n/N' }, range: [0, 1.02] },
      yaxis: {
        type: logarithmic ? 'log' : 'linear',
        title: { text: axis },
        automargin: true,
        exponentformat: 'power',
        // Left to itself Plotly labels 2 and 5 times a power too, as large as powers themselves.
        ...(logarithmic && ratio > 100 ? { dtick: 1 } : {}),
      },
      // A double click would leave the other figures as they are.
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom', itemdoubleclick: false },
      shapes: trained.map((y): NonNullable<Layout['shapes']>[number] => ({
        type: 'line',
        xref: 'paper',
        x0: 0,
        x1: 1,
        y0: y,
        y1: y,
        line: { color: COLOURS.mark, width: 1, dash: 'dash' },
      })),
      margin: { t: 24, r: 12, b: 44, l: 64 },
    },
  };
}

interface Line {
  readonly name: string;
  /** Of step 1 and on; NaN where nothing can be drawn. */
  readonly values: readonly number[];
  /** Which schedule it is of. */
  readonly index: number;
  readonly variant: boolean;
}

function linesOf({ name, steps, variants = [] }: DrawnSchedule, index: number, figure: StepFigure): Line[] {
  const { of, ofSigma, logarithmic } = figure;
  const drawable = (value: number) => (Number.isFinite(value) && (!logarithmic || value > 0) ? value : Number.NaN);
  const others = ofSigma === undefined ? [] : variants;
  return [
    { name, values: steps.map((step) => drawable(of(step))), index, variant: false },
    ...others.map((other) => ({
      name: `${name}, ${other.name}`,
      values: other.sigmas.map((sigma) => drawable(ofSigma!(sigma))),
      index,
      variant: true,
    })),
  ];
}

function drawLine(
  { name, values, index, variant }: Line,
  { axis }: StepFigure,
  xOf: (n: number, count: number) => number,
): Data {
  const colour = PALETTE[index % PALETTE.length]!;
  const label = escapeHtml(shortName(name));
  const count = values.length;
  return {
    type: 'scatter',
    mode: count > MANY_STEPS ? 'lines' : 'lines+markers',
    name: label,
    legendgroup: `schedule-${index}`,
    x: values.map((_, i) => xOf(i + 1, count)),
    // NaN becomes null in JSON, and a gap.
    y: [...values],
    text: values.map((value, i) => `${label}, step ${i + 1} of ${count}<br>${axis} ${value.toPrecision(4)}`),
    hoverinfo: 'text',
    line: {
      color: colour,
      width: variant ? 1.5 : 2,
      dash: variant ? 'dot' : DASHES[Math.floor(index / PALETTE.length) % DASHES.length],
    },
    marker: { color: colour, size: 6, symbol: variant ? 'circle-open' : 'circle' },
  };
}

function spoken({ name, values }: Line): string {
  const points = values.map((value, i) => ({ n: i + 1, value })).filter(({ value }) => !Number.isNaN(value));
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return `${name}: nothing to draw.`;
  const highest = points.reduce((a, b) => (b.value > a.value ? b : a));
  const at = ({ n, value }: typeof first) => `${value.toPrecision(3)} at step ${n}`;
  return `${name}: ${at(first)}, ${at(last)}, at most ${at(highest)}.`;
}
