import type { Data } from 'plotly.js-dist-min';
import type { StudyData } from '../../search/read-study.ts';
import type { Trial } from '../../search/trial.ts';
import { escapeHtml } from '../escape.ts';
import { counted, decimal, plusMinus, shortBetas, shortName } from '../numbers.ts';
import { baselinesOf } from '../schedules.ts';
import { unitOf, withUnit } from '../units.ts';
import { drawnSentence, drawnTrials, upperQuartile } from './drawn-trials.ts';
import { BASELINE_COLOURS, COLOURS, type Plot } from './plot.ts';

/** The best score so far over network evaluations; `complete` are the trials with a score, at least one, in the order of ids. */
export function historyPlot(study: StudyData, complete: readonly Trial[]): Plot {
  const { metric } = study.settings;
  const spent = nfeSpent(study.trials);
  const total = spent.get(study.trials.at(-1)!)!;
  const drawn = drawnTrials(complete);
  const baselines = baselinesOf(study).filter(({ score }) => Number.isFinite(score));
  const scores = complete.map(({ score }) => score);
  const best = scores.reduce((a, b) => Math.min(a, b));
  const quartile = upperQuartile(scores);
  const near = baselines.filter(({ score }) => score <= 2 * quartile);
  const top = Math.max(quartile, ...near.map(({ score }) => score));
  const margin = (top - best || best || 1) * 0.08;
  const above = scores.filter((score) => score > top + margin).length;

  const points: Data = {
    type: 'scatter',
    mode: 'markers',
    name: 'a trial',
    legendrank: 2,
    x: drawn.map((trial) => spent.get(trial)!),
    y: drawn.map(({ score }) => score),
    text: drawn.map((trial) => trialText(trial, unitOf(metric))),
    hoverinfo: 'text',
    marker: { color: COLOURS.trial, size: 6, opacity: 0.55 },
  };
  const lines = baselines.map(
    ({ name, score }, i): Data => ({
      type: 'scatter',
      mode: 'lines',
      name: `${escapeHtml(shortName(name))} ${decimal(score)}${score > top + margin ? ' (above)' : ''}`,
      x: [0, total],
      y: [score, score],
      hoverinfo: 'name',
      line: { color: BASELINE_COLOURS[i % BASELINE_COLOURS.length], width: 1.5, dash: 'dot' },
    }),
  );
  return {
    id: 'history',
    title: 'Best so far over network evaluations',
    reading:
      `The line is the lowest score found after that many network evaluations of all scoring clips (NFE), each point a trial, ` +
      `each dotted line a baseline on the same clips: the search earns its cost where the line falls below them.` +
      (above > 0 ? ` ${counted(above, 'trial')} above the picture; double-click shows all.` : '') +
      drawnSentence(drawn.length, complete.length),
    height: 440,
    data: [points, ...lines, bestSoFar(complete, spent, total)],
    layout: {
      xaxis: { title: { text: 'NFE' }, range: [0, total * 1.02], rangemode: 'tozero' },
      yaxis: { title: { text: escapeHtml(withUnit(metric)) }, range: [best - margin, top + margin], automargin: true },
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom' },
      hovermode: 'closest',
      margin: { t: 24, r: 12, b: 44, l: 56 },
    },
  };
}

/** Network evaluations of the search up to each trial, and with it. */
function nfeSpent(trials: readonly Trial[]): ReadonlyMap<Trial, number> {
  let sum = 0;
  return new Map(
    trials.map((trial) => {
      sum += trial.nfe;
      return [trial, sum];
    }),
  );
}

/** Only where the best changes, and at the end: whole, however many trials there are. */
function bestSoFar(complete: readonly Trial[], spent: ReadonlyMap<Trial, number>, total: number): Data {
  let best = Number.POSITIVE_INFINITY;
  const records = complete.filter(({ score }) => {
    if (score >= best) return false;
    best = score;
    return true;
  });
  return {
    type: 'scatter',
    mode: 'lines',
    name: 'best so far',
    legendrank: 1,
    x: [...records.map((trial) => spent.get(trial)!), total],
    y: [...records.map(({ score }) => score), best],
    hoverinfo: 'skip',
    line: { color: COLOURS.winner, width: 2.5, shape: 'hv' },
  };
}

function trialText({ id, origin, score, standardError, betas }: Trial, unit: string): string {
  const text = [
    `trial ${id}, ${shortName(origin)}`,
    `${plusMinus({ mean: score, standardError })}${unit}`,
    `β ${shortBetas(betas)}`,
  ];
  // Six betas a line, or the label is wider than the figure.
  return text
    .map(escapeHtml)
    .join('<br>')
    .replace(/(?:[^,<]+, ){6}/g, '$&<br>');
}
