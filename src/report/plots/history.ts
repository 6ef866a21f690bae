import type { Data } from 'plotly.js-dist-min';
import type { StudyData } from '../../search/read-study.ts';
import type { Trial } from '../../search/trial.ts';
import { drawCounts, drawsBehind, drawsSuffix } from '../draws.ts';
import { escapeHtml } from '../escape.ts';
import { counted, decimal, grouped, plusMinus, shortBetas, shortName } from '../numbers.ts';
import { baselinesOf } from '../schedules.ts';
import { unitOf, withUnit } from '../units.ts';
import { drawnSentence, drawnTrials, droppedSentence, upperQuartile } from './drawn-trials.ts';
import { BASELINE_COLOURS, COLOURS, FEWER_DRAWS_COLOURS, type Plot } from './plot.ts';

/** Of the fewest draws of noise first. */
const SYMBOLS = ['circle', 'diamond', 'square'] as const;

/** The best score so far over network evaluations, a line for each number of noise draws; `complete` are the trials with a score, at least one, in the order of ids. */
export function historyPlot(study: StudyData, complete: readonly Trial[]): Plot {
  const { metric } = study.settings;
  const beside = nfeBeside(study);
  const spent = nfeSpent(study.trials, beside);
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

  const counts = drawCounts(complete);
  const points = counts.map((draws, i): Data => {
    const trials = drawn.filter((trial) => trial.draws === draws);
    const suffix = drawsSuffix(study, draws);
    return {
      type: 'scatter',
      mode: 'markers',
      name: `a trial${suffix}`,
      legendrank: 2,
      x: trials.map((trial) => spent.get(trial)!),
      y: trials.map(({ score }) => score),
      text: trials.map((trial) => trialText(trial, `${unitOf(metric)}${suffix}`)),
      hoverinfo: 'text',
      marker: { color: COLOURS.trial, size: 6, opacity: 0.55, symbol: SYMBOLS[i] ?? 'cross' },
    };
  });
  const bests = counts.map((draws, i): Data => {
    const fewer = counts.length - 1 - i;
    return {
      type: 'scatter',
      mode: 'lines',
      name: `best so far${drawsSuffix(study, draws)}`,
      legendrank: 1,
      ...bestSoFar(
        complete.filter((trial) => trial.draws === draws),
        spent,
        total,
      ),
      hoverinfo: 'skip',
      line: {
        color: FEWER_DRAWS_COLOURS[fewer] ?? FEWER_DRAWS_COLOURS.at(-1)!,
        width: fewer === 0 ? 2.5 : 1.5,
        shape: 'hv',
      },
    };
  });
  const lines = baselines.map(
    ({ name, score, betas }, i): Data => ({
      type: 'scatter',
      mode: 'lines',
      name: `${escapeHtml(shortName(name))} ${decimal(score)}${drawsSuffix(study, drawsBehind(study, betas))}${score > top + margin ? ' (above)' : ''}`,
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
      (counts.length > 1
        ? ' Scores of more noise draws flatter less and usually stand higher, so each number of draws has a line of its own.'
        : '') +
      (beside > 0
        ? ` The first ${grouped(beside)} NFE are what the strategy measured beside its trials, whenever it did.`
        : '') +
      (above > 0 ? ` ${counted(above, 'trial')} above the picture; double-click shows all.` : '') +
      droppedSentence(study.trials) +
      drawnSentence(drawn.length, complete.length),
    alternative: `The best score falls from ${decimal(complete[0]!.score)} to ${decimal(best)} over ${grouped(total)} NFE${near.length > 0 ? `; baselines: ${near.map(({ name, score }) => `${name} ${decimal(score)}`).join(', ')}` : ''}.`,
    height: 440,
    data: [...points, ...lines, ...bests],
    layout: {
      xaxis: { title: { text: 'NFE' }, range: [0, total * 1.02], rangemode: 'tozero' },
      yaxis: { title: { text: escapeHtml(withUnit(metric)) }, range: [best - margin, top + margin], automargin: true },
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom' },
      hovermode: 'closest',
      margin: { t: 24, r: 12, b: 44, l: 56 },
    },
  };
}

/** What the search was charged that no trial was, such as the bound's table of errors; only a finished search says. */
function nfeBeside({ trials, outcome }: StudyData): number {
  if (outcome === undefined) return 0;
  const beside = trials.slice(0, outcome.trials).reduce((left, { nfe }) => left - nfe, outcome.nfe.search);
  // Parts of an NFE are rounded in trials.csv.
  return Math.max(0, Math.round(beside));
}

/** Network evaluations of the search up to each trial, and with it; those beside the trials come first. */
function nfeSpent(trials: readonly Trial[], beside: number): ReadonlyMap<Trial, number> {
  let sum = beside;
  return new Map(
    trials.map((trial) => {
      sum += trial.nfe;
      return [trial, sum];
    }),
  );
}

/** Only where the best changes, and at the end: whole, however many trials there are. */
function bestSoFar(
  complete: readonly Trial[],
  spent: ReadonlyMap<Trial, number>,
  total: number,
): { x: number[]; y: number[] } {
  let best = Number.POSITIVE_INFINITY;
  const records = complete.filter(({ score }) => {
    if (score >= best) return false;
    best = score;
    return true;
  });
  return { x: [...records.map((trial) => spent.get(trial)!), total], y: [...records.map(({ score }) => score), best] };
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
