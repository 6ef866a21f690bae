import type { StudyData } from '../../search/read-study.ts';
import { ranked, standing } from '../../search/standing.ts';
import type { Trial } from '../../search/trial.ts';
import { drawCounts } from '../draws.ts';
import { drawnSentence, drawnTrials, droppedSentence, upperQuartile } from './drawn-trials.ts';
import type { Plot } from './plot.ts';

const MOST_AXES = 12;
const SCORE_TICKS = 5;

/** What log10 makes of the one published beta that is below zero (β_19 of ivanvovk-1000), and of any smaller than this. */
const SMALLEST_BETA = 1e-12;

/**
 * Every schedule as a line over log10 β_1 … β_N, coloured by its score, or where scores are of different numbers of noise draws, by how far it is
 * behind the best of as many; at least one is complete.
 */
export function parallelPlot({ settings: { steps }, trials }: StudyData): Plot {
  const complete = standing(trials).toSorted((a, b) => a.id - b.id);
  const drawn = drawnTrials(complete);
  const isMixed = drawCounts(trials).length > 1;
  // Of equal keys the last is kept: the lowest score.
  const bests = new Map(
    ranked(trials)
      .toReversed()
      .map(({ draws, score }) => [draws, score]),
  );
  const scoreOf = ({ draws, score }: Trial) => (isMixed ? score - bests.get(draws)! : score);
  const scores = complete.map(scoreOf);
  const best = scores.reduce((a, b) => Math.min(a, b));
  const worst = scores.reduce((a, b) => Math.max(a, b));
  const cap = upperQuartile(scores);
  const capped = drawn.map((trial) => Math.min(scoreOf(trial), cap));
  const ticks = Array.from({ length: SCORE_TICKS }, (_, i) => best + ((cap - best) * i) / (SCORE_TICKS - 1));
  const tickText = ticks.map((tick, i) => (i === SCORE_TICKS - 1 && worst > cap ? '≥ ' : '') + tick.toPrecision(3));
  const axes = axisSteps(steps);
  const betaAxes = axes.map((n) => ({
    label: `β${subscript(n)}`,
    values: drawn.map(({ betas }) => Math.log10(Math.max(betas[n - 1] ?? Number.NaN, SMALLEST_BETA))),
    tickformat: '.3~g',
  }));
  const scoreAxis = {
    label: isMixed ? 'behind best' : 'score',
    values: capped,
    range: (cap > best ? [best, cap] : [best - 1, best + 1]) as [number, number],
    tickvals: cap > best ? ticks : [best],
    ticktext: cap > best ? tickText : [best.toPrecision(3)],
  };
  return {
    id: 'parallel',
    title: 'Betas of the trials, coloured by score',
    reading:
      `Each line is a trial, from its log10 β at every step to its score; where the vivid lines run together, good schedules agree. ` +
      `Drag along an axis to keep only the lines that pass there.` +
      (isMixed
        ? ' Scores of different numbers of noise draws are not alike: the last axis has how far a trial is behind the best of as many draws, and each schedule is drawn with its most.'
        : '') +
      (worst > cap ? ' Colour and last axis end at the score that three quarters of the trials stay below.' : '') +
      (axes.length < steps ? ` ${axes.length} of the ${steps} steps have an axis.` : '') +
      droppedSentence(trials) +
      drawnSentence(drawn.length, complete.length),
    height: 400,
    minWidth: 58 * (axes.length + 1) + 80,
    data: [
      {
        type: 'parcoords',
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

/** All steps, or as many as have room, spread evenly from the first to the last. */
function axisSteps(steps: number): number[] {
  const axes = Math.min(steps, MOST_AXES);
  if (axes === 1) return [1];
  return Array.from({ length: axes }, (_, i) => 1 + Math.round((i * (steps - 1)) / (axes - 1)));
}

function subscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => '₀₁₂₃₄₅₆₇₈₉'[Number(digit)]!);
}
