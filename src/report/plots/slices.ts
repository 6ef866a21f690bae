import type { Data } from 'plotly.js-dist-min';
import type { Trial } from '../../search/trial.ts';
import { decimal } from '../numbers.ts';
import { axisSteps, subscript } from './axis-steps.ts';
import { type Comparable, mixedNote } from './comparable.ts';
import { drawnSentence, drawnTrials } from './drawn-trials.ts';
import { COLOURS, type Plot } from './plot.ts';

const MOST_LEVELS = 12;
const COLUMNS = 3;
const ROW_PIXELS = 190;
/** Of all levels together. */
const MOST_POINTS = 6000;

/** The score over σ_n, one picture for each level. */
export function slicesPlot(steps: number, comparable: Comparable, best: Trial | undefined, metric: string): Plot {
  const { trials, scoreOf, sigmasOf } = comparable;
  const levels = axisSteps(steps, MOST_LEVELS);
  const drawn = drawnTrials(trials, Math.floor(MOST_POINTS / levels.length));
  const rows = Math.ceil(levels.length / COLUMNS);
  const quarter = quarterOf(comparable);
  const good = trials.filter((trial) => scoreOf(trial) <= quarter);
  const axes = levels.map((n, i) => {
    const [row, column] = [Math.floor(i / COLUMNS), i % COLUMNS];
    const [x, y] = [`xaxis${i === 0 ? '' : i + 1}`, `yaxis${i === 0 ? '' : i + 1}`];
    const shown = {
      title: { text: `σ${subscript(n)}`, standoff: 4 },
      type: 'log',
      exponentformat: 'power',
      dtick: 1,
      anchor: y.replace('axis', ''),
    };
    return {
      [x]: { ...shown, domain: cell(column, COLUMNS, 0.05) },
      [y]: {
        type: 'log',
        exponentformat: 'power',
        dtick: 1,
        domain: cell(rows - 1 - row, rows, rows === 1 ? 0 : 0.34 / rows),
        anchor: x.replace('axis', ''),
        showticklabels: column === 0,
        ...(i > 0 && { matches: 'y' }),
        ...(column === 0 && { title: { text: 'behind the best' } }),
      },
    };
  });
  return {
    id: 'slices',
    title: 'The score over each level',
    reading:
      `Each picture is one noise level, each point a schedule: where the lowest points stand is where that level should be, and a narrow valley says that it matters. Heights are logarithmic: how far the ${metric} is above the lowest.${mixedNote(comparable)}` +
      (levels.length < steps ? ` ${levels.length} of the ${steps} levels are drawn.` : '') +
      drawnSentence(drawn.length, trials.length),
    alternative: `In the best quarter of the schedules ${levels.map((n) => `σ${subscript(n)} lies from ${spread(good, n, sigmasOf)}`).join(', ')}.`,
    height: 40 + ROW_PIXELS * rows,
    minWidth: 560,
    data: levels.flatMap((n, i): Data[] => [
      points(drawn, n, i, comparable, { color: COLOURS.trial, size: 5, opacity: 0.5 }),
      ...(best === undefined ? [] : [points([best], n, i, comparable, { color: COLOURS.winner, size: 10 })]),
    ]),
    layout: {
      ...Object.assign({}, ...axes),
      showlegend: false,
      hovermode: 'closest',
      margin: { t: 12, r: 12, b: 44, l: 56 },
    },
  };
}

function points(
  trials: readonly Trial[],
  n: number,
  i: number,
  { scoreOf, behind, sigmasOf }: Comparable,
  marker: object,
): Data {
  const axis = i === 0 ? '' : String(i + 1);
  return {
    type: 'scatter',
    mode: 'markers',
    xaxis: `x${axis}`,
    yaxis: `y${axis}`,
    x: trials.map((trial) => sigmasOf(trial)[n - 1] ?? Number.NaN),
    y: trials.map(behind),
    text: trials.map((trial) => `trial ${trial.id}: ${decimal(scoreOf(trial))}`),
    hoverinfo: 'text+x',
    marker,
  };
}

/** The part of an axis that one of several pictures has, with a gap behind it. */
function cell(index: number, count: number, gap: number): [number, number] {
  const size = (1 + gap) / count;
  return [Math.max(0, index * size), Math.min(1, (index + 1) * size - gap)];
}

function quarterOf({ trials, scoreOf }: Comparable): number {
  const sorted = trials.map(scoreOf).toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)]!;
}

function spread(trials: readonly Trial[], n: number, sigmasOf: Comparable['sigmasOf']): string {
  const sigmas = trials.map((trial) => sigmasOf(trial)[n - 1] ?? Number.NaN).filter(Number.isFinite);
  const [low, high] = [sigmas.reduce((a, b) => Math.min(a, b), Infinity), sigmas.reduce((a, b) => Math.max(a, b), 0)];
  return `${low.toPrecision(2)} to ${high.toPrecision(2)}`;
}
