import type { Outcome } from '../../search/outcome.ts';
import type { StudySettings } from '../../search/settings.ts';
import { escapeHtml } from '../escape.ts';
import { counted, decimal, plusMinus, shortName } from '../numbers.ts';
import { rivalsOf, type Verdict, verdict } from '../schedules.ts';
import { withUnit } from '../units.ts';
import { COLOURS, type Plot } from './plot.ts';

/** What scores more than so many times the winner stands at the edge of the picture, with its number. */
const FARTHEST = 1.5;

/** What is told apart from the winner, and the winner. */
const SURE: ReadonlySet<string> = new Set(['the winner', 'worse', 'better'] satisfies (Verdict | 'the winner')[]);

/** Held-out scores of all that was verified beside the winner's; undefined where the winner has none. */
export function comparisonPlot(settings: StudySettings, outcome: Outcome): Plot | undefined {
  const winner = outcome.heldout.mean;
  if (!Number.isFinite(winner)) return undefined;
  const rivals = rivalsOf(outcome).filter(({ heldout }) => Number.isFinite(heldout.mean));
  const near = rivals.map(({ heldout }) => heldout.mean).filter((mean) => mean <= FARTHEST * winner);
  const [lowest, highest] = [Math.min(winner, ...near), Math.max(winner, ...near)];
  const margin = 0.12 * (highest - lowest || winner);
  const edge = highest + margin;
  const rows = [
    { name: outcome.name, mean: winner, half: 0, score: decimal(winner), word: 'the winner', isFar: false },
    ...rivals.map((rival) => {
      const { mean } = rival.heldout;
      const half = 2 * rival.difference.standardError;
      const isFar = mean > edge;
      return {
        name: rival.name,
        mean: isFar ? edge : mean,
        half: Number.isFinite(half) && !isFar ? half : 0,
        score: decimal(mean),
        word: verdict(rival, outcome),
        isFar,
      };
    }),
  ];
  const at = rows.map((_, i) => rows.length - 1 - i);
  return {
    id: 'comparison',
    title: 'Beside the presets',
    reading:
      `Each disc is a mean score on ${counted(settings.heldoutClips.length, 'held-out clip')}, its bar two standard errors of the paired difference from the winner: ` +
      'what the bar keeps clear of the line is told apart from the winner, a ring is not.' +
      (rows.some(({ isFar }) => isFar) ? ' A triangle stands for a score beyond the picture.' : ''),
    alternative: `Held-out scores, the lowest the best: ${[outcome, ...rivals].map(({ name, heldout }) => `${name} ${plusMinus(heldout)}`).join('; ')}.`,
    height: 62 + 34 * rows.length,
    data: [
      {
        type: 'scatter',
        mode: 'markers',
        x: rows.map(({ mean }) => mean),
        y: at,
        error_x: { type: 'data', array: rows.map(({ half }) => half), color: COLOURS.trial, thickness: 1.5, width: 4 },
        text: rows.map(({ name, score, word }) => escapeHtml(`${name}: ${score}, ${word}`)),
        hoverinfo: 'text',
        marker: {
          size: 9,
          color: rows.map((_, i) => (i === 0 ? COLOURS.winner : COLOURS.trial)),
          symbol: rows.map(({ word, isFar }) => (isFar ? 'triangle-right' : SURE.has(word) ? 'circle' : 'circle-open')),
        },
      },
    ],
    layout: {
      showlegend: false,
      hovermode: 'closest',
      xaxis: {
        title: { text: escapeHtml(withUnit(settings.metric)) },
        range: [lowest - margin, edge + margin / 2],
        zeroline: false,
        tickangle: 0,
        nticks: 6,
      },
      yaxis: {
        tickvals: at,
        ticktext: rows.map(({ name, score }, i) => {
          const label = escapeHtml(shortName(name));
          return `${i === 0 ? `<b>${label}</b>` : label}<br>${score}`;
        }),
        range: [-0.6, rows.length - 0.4],
        automargin: true,
        showgrid: false,
        zeroline: false,
      },
      shapes: [
        {
          type: 'line',
          x0: winner,
          x1: winner,
          yref: 'paper',
          y0: 0,
          y1: 1,
          line: { color: COLOURS.winner, width: 1, dash: 'dot' },
        },
      ],
      margin: { t: 8, r: 16, b: 44, l: 8 },
    },
  };
}
