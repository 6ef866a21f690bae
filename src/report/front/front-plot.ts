import type { Data } from 'plotly.js-dist-min';
import { type FrontPoint, lowestOf, onFront, worseBy } from '../../search/front.ts';
import { escapeHtml } from '../escape.ts';
import { counted, decimal, plusMinus, shortName } from '../numbers.ts';
import { BASELINE_COLOURS, COLOURS, type Plot } from '../plots/plot.ts';
import { unitOf, withUnit } from '../units.ts';

/** A baseline that scores more than so many times the highest of the winners is left out of the picture. */
const FARTHEST = 2;
/** Labels of the axis lie apart by at least this part of it, or they overlap on a narrow page. */
const APART = 1 / 13;

/** The best score on held-out clips over the number of steps, beside the baselines of as many, and below it the time that it takes. */
export function frontPlot(points: readonly FrontPoint[]): Plot {
  const { metric, heldoutClips } = points[0]!.study.settings;
  const finite = points.filter(({ outcome }) => Number.isFinite(outcome.heldout.mean));
  const front = onFront(points);
  const beside = finite.filter((point) => !front.includes(point));
  const lowest = lowestOf(points);
  const highest = finite.reduce((most, { outcome }) => Math.max(most, outcome.heldout.mean), 0);
  const farthest = finite.length > 0 ? FARTHEST * highest : Number.POSITIVE_INFINITY;
  const baselines = points
    .flatMap(({ study, outcome }) =>
      outcome.comparisons.map(({ name, heldout }) => ({ steps: study.settings.steps, name, heldout })),
    )
    .filter(({ heldout }) => Number.isFinite(heldout.mean));
  const drawn = baselines.filter(({ heldout }) => heldout.mean <= farthest);
  const left = baselines.length - drawn.length;
  const others: Data = {
    type: 'scatter',
    mode: 'markers',
    name: 'baseline',
    x: drawn.map(({ steps }) => steps),
    y: drawn.map(({ heldout }) => heldout.mean),
    text: drawn.map(({ name, heldout }) => escapeHtml(`${shortName(name)}: ${plusMinus(heldout)}${unitOf(metric)}`)),
    hoverinfo: 'text',
    marker: { color: BASELINE_COLOURS[0], size: 9, symbol: 'diamond-open', line: { width: 2 } },
  };
  const times: Data = {
    type: 'scatter',
    mode: 'lines+markers',
    showlegend: false,
    x: points.map(stepsOf),
    y: points.map(({ realTimeFactor }) => realTimeFactor),
    text: points.map((point) => `${counted(stepsOf(point), 'step')}: ${point.realTimeFactor.toFixed(3)}`),
    hoverinfo: 'text',
    yaxis: 'y2',
    line: { color: COLOURS.trial, width: 2 },
    marker: { color: COLOURS.trial, size: 6 },
  };
  const level = lowest === undefined ? [] : [levelOf(points, lowest)];
  return {
    id: 'front',
    title: 'Quality over steps, and time',
    reading: readingOf(heldoutClips.length, beside.length, left),
    alternative: alternativeOf(front),
    height: 540,
    data: [
      ...level,
      others,
      ...(beside.length > 0 ? [found(beside, lowest!, 'no better than fewer steps', 'markers')] : []),
      ...(lowest === undefined ? [] : [found(front, lowest, 'found', 'lines+markers')]),
      times,
    ],
    layout: {
      xaxis: {
        title: { text: 'steps' },
        type: 'log',
        tickvals: labelled(points.map(stepsOf)),
        ticktext: labelled(points.map(stepsOf)).map(String),
        tickangle: 0,
        anchor: 'y2',
      },
      yaxis: { title: { text: escapeHtml(withUnit(metric)) }, automargin: true, domain: [0.32, 1] },
      yaxis2: { title: { text: 'real-time factor' }, automargin: true, domain: [0, 0.26], rangemode: 'tozero' },
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom' },
      hovermode: 'closest',
      margin: { t: 24, r: 12, b: 44, l: 56 },
    },
  };
}

/** Winners, with bars of two paired standard errors of the difference from the lowest. */
function found(
  points: readonly FrontPoint[],
  lowest: FrontPoint,
  name: string,
  mode: 'markers' | 'lines+markers',
): Data {
  const { metric } = lowest.study.settings;
  const halves = points.map((point) => {
    const half = 2 * worseBy(point, lowest).standardError;
    return Number.isFinite(half) ? half : 0;
  });
  return {
    type: 'scatter',
    mode,
    name,
    x: points.map(stepsOf),
    y: points.map(({ outcome }) => outcome.heldout.mean),
    error_y: { type: 'data', array: halves, color: COLOURS.winner, thickness: 1.5 },
    text: points.map((point) => {
      const { heldout } = point.outcome;
      return `${counted(stepsOf(point), 'step')}: ${plusMinus(heldout)}${unitOf(metric)}`;
    }),
    hoverinfo: 'text',
    line: { color: COLOURS.winner, width: 2.5 },
    marker:
      mode === 'markers'
        ? { color: COLOURS.winner, size: 9, symbol: 'circle-open', line: { width: 2 } }
        : { color: COLOURS.winner, size: 8 },
  };
}

/** The lowest score, through the whole picture. */
function levelOf(points: readonly FrontPoint[], lowest: FrontPoint): Data {
  const { mean } = lowest.outcome.heldout;
  return {
    type: 'scatter',
    mode: 'lines',
    showlegend: false,
    x: [stepsOf(points[0]!), stepsOf(points.at(-1)!)],
    y: [mean, mean],
    hoverinfo: 'skip',
    line: { color: COLOURS.mark, width: 1.5, dash: 'dot' },
  };
}

function readingOf(clips: number, beside: number, left: number): string {
  return [
    'Each disc is the best schedule of that many steps, by its score on the held-out clips.',
    ...(beside > 0 ? ['A ring is one that scores no lower than one of fewer steps.'] : []),
    clips > 1
      ? 'The bars are two standard errors of the paired difference from the lowest of all: one that reaches the dotted line is not told apart from it.'
      : 'With one held-out clip nothing says how sure the differences are.',
    `Diamonds are baselines of as many steps${left > 0 ? `; ${left} that score more than twice as high as any of these are left out` : ''}.`,
    'Below: the seconds that one thread took for a second of audio.',
  ].join(' ');
}

function alternativeOf(front: readonly FrontPoint[]): string {
  const said = front.map((point) => `${decimal(point.outcome.heldout.mean)} with ${counted(stepsOf(point), 'step')}`);
  return said.length === 0 ? 'No schedule has a finite held-out score.' : `Held-out score: ${said.join(', ')}.`;
}

/** The numbers of steps that have a label: the first, the last, and of the others those that have room on a logarithmic axis. */
function labelled(counts: readonly number[]): number[] {
  const gap = APART * Math.log(counts.at(-1)! / counts[0]!);
  const kept: number[] = [];
  for (const count of counts) {
    if (kept.length === 0 || Math.log(count / kept.at(-1)!) >= gap) kept.push(count);
  }
  const last = counts.at(-1)!;
  return kept.at(-1) === last || kept.length < 2 ? [...new Set([...kept, last])] : [...kept.slice(0, -1), last];
}

function stepsOf({ study }: FrontPoint): number {
  return study.settings.steps;
}
