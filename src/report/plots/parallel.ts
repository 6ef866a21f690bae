import type { Trial } from '../../search/trial.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { decimal } from '../numbers.ts';
import { axisSteps, subscript } from './axis-steps.ts';
import { type Comparable, mixedNote } from './comparable.ts';
import { drawnSentence, drawnTrials, droppedSentence } from './drawn-trials.ts';
import type { Plot } from './plot.ts';

const MOST_AXES = 12;
const SCORE_TICKS = 5;

/** What log10 makes of the one published beta that is below zero (β_19 of ivanvovk-1000), and of any smaller than this. */
const SMALLEST_BETA = 1e-12;

/**
 * Every schedule as a line over log10 β_1 … β_N, coloured by its score, or where scores are of different numbers of noise draws, by how far it is
 * behind the best of as many.
 *
 * @param all the study's trials, with those that are not drawn
 */
export function parallelPlot(steps: number, comparable: Comparable, all: readonly Trial[]): Plot {
  const { trials, scoreOf, label, best, cap, worst } = comparable;
  const drawn = drawnTrials(trials);
  const capped = drawn.map((trial) => Math.min(scoreOf(trial), cap));
  const ticks = Array.from({ length: SCORE_TICKS }, (_, i) => best + ((cap - best) * i) / (SCORE_TICKS - 1));
  const tickText = ticks.map((tick, i) => (i === SCORE_TICKS - 1 && worst > cap ? '≥ ' : '') + tick.toPrecision(3));
  const axes = axisSteps(steps, MOST_AXES);
  const betaAxes = axes.map((n) => ({
    label: `β${subscript(n)}`,
    values: drawn.map(({ betas }) => Math.log10(Math.max(betas[n - 1] ?? Number.NaN, SMALLEST_BETA))),
    tickformat: '.3~g',
  }));
  const scoreAxis = {
    label,
    values: capped,
    range: (cap > best ? [best, cap] : [best - 1, best + 1]) as [number, number],
    tickvals: cap > best ? ticks : [best],
    ticktext: cap > best ? tickText : [best.toPrecision(3)],
  };
  const lowest = trials.reduce((a, b) => (scoreOf(b) < scoreOf(a) ? b : a));
  return {
    id: 'parallel',
    title: 'Betas of the trials, coloured by score',
    reading:
      `Each line is a trial, from its log10 β at every step to its score; where the vivid lines run together, good schedules agree. ` +
      `Drag along an axis, or give numbers, to keep only the lines that pass there.` +
      mixedNote(comparable) +
      (worst > cap ? ' Colour and last axis end at the score that three quarters of the trials stay below.' : '') +
      (axes.length < steps ? ` ${axes.length} of the ${steps} steps have an axis.` : '') +
      droppedSentence(all) +
      drawnSentence(drawn.length, trials.length),
    alternative:
      `${drawn.length} schedules; the best is trial ${lowest.id} with log10 β of ` +
      `${axes.map((n) => Math.log10(Math.max(lowest.betas[n - 1] ?? Number.NaN, SMALLEST_BETA)).toFixed(2)).join(', ')}; ` +
      `scores from ${decimal(best)} to ${decimal(worst)}${label === 'score' ? '' : ' behind the best'}.`,
    controls: brush([...betaAxes, scoreAxis].map((axis) => axis.label)),
    height: 400,
    minWidth: 58 * (axes.length + 1) + 80,
    data: [
      {
        type: 'parcoords',
        // For the page's script, which says what is selected.
        ids: drawn.map(({ id }) => String(id)),
        customdata: drawn.map(scoreOf),
        line: {
          // Plotly draws lines of a higher colour value on top: the score is negated, so that the good ones are.
          color: capped.map((score) => -score),
          cmin: cap > best ? -cap : -best - 1,
          cmax: -best,
          colorscale: [
            [0, '#a9b8c9'],
            [0.5, '#7a9cc6'],
            [0.85, '#f08c3a'],
            [1, '#d9480f'],
          ],
        },
        dimensions: [...betaAxes, scoreAxis],
        labelfont: { size: 14 },
      },
    ],
    layout: { margin: { t: 56, r: 48, b: 24, l: 44 } },
  };
}

/** Selecting without a mouse; what it does is in the page's script. */
function brush(axes: readonly string[]): Html {
  const options = axes.map(
    (label, i) => html`<option value="${i}">${label.startsWith('β') ? `log10 ${label}` : label}</option>`,
  );
  return html`<form id="brush"><label>Keep lines with <select name="axis">${options}</select></label>
<label>from <input name="from" type="number" step="any"></label> <label>to <input name="to" type="number" step="any"></label>
<button type="submit">Select</button> <button type="reset">All</button></form>
<p id="selected" role="status"></p>`;
}
