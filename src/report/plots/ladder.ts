import type { Data } from 'plotly.js-dist-min';
import { REFERENCE_TRAINING, sigmaOfLevel } from '../../schedule/diagnostics.ts';
import { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import { escapeHtml } from '../escape.ts';
import { shortName } from '../numbers.ts';
import type { NamedSchedule } from '../schedules.ts';
import { BASELINE_COLOURS, COLOURS, type Plot } from './plot.ts';

/** From here on rungs are thin, or they would be one block. */
const MANY_RUNGS = 60;

/** σ_n of each schedule as a ladder that lies on its side, the winner on top. */
export function ladderPlot(
  winner: NamedSchedule,
  baselines: readonly NamedSchedule[],
  runnerUp?: Pick<NamedSchedule, 'name' | 'betas'>,
): Plot {
  const schedules = [
    { ...winner, colour: COLOURS.winner },
    ...(runnerUp === undefined ? [] : [{ ...runnerUp, colour: COLOURS.trial }]),
    // As in the other figures.
    ...baselines.map((each, i) => ({ ...each, colour: BASELINE_COLOURS[i % BASELINE_COLOURS.length]! })),
  ];
  const rows = schedules.map((_, i) => schedules.length - 1 - i);
  const ends = [REFERENCE_TRAINING.firstLevel, REFERENCE_TRAINING.terminalLevel].map(sigmaOfLevel);
  return {
    id: 'ladder',
    title: 'Noise levels beside the presets',
    reading:
      'Each rung is a step’s σ, the noise beside a signal of unit scale; sampling goes from right to left. ' +
      'The dashed lines are the ends of what the reference trains: the network has hardly seen what lies outside.',
    alternative: schedules.map(spoken).join(' '),
    height: 110 + 46 * schedules.length,
    data: schedules.map(({ name, betas, colour }, i) => ladder({ name, betas, row: rows[i]!, colour })),
    layout: {
      showlegend: false,
      hovermode: 'closest',
      xaxis: { type: 'log', title: { text: 'σ' }, exponentformat: 'power', dtick: 1, tickangle: 0 },
      yaxis: {
        tickvals: rows,
        ticktext: schedules.map(({ name }, i) => (i === 0 ? `<b>${label(name)}</b>` : label(name))),
        range: [-0.6, schedules.length - 0.4],
        automargin: true,
        showgrid: false,
        zeroline: false,
      },
      shapes: ends.map((x) => ({
        type: 'line',
        x0: x,
        x1: x,
        yref: 'paper',
        y0: 0,
        y1: 1,
        line: { color: COLOURS.mark, width: 1, dash: 'dash' },
      })),
      annotations: ends.map((x, i) => ({
        // A shape on a logarithmic axis takes the value, an annotation its logarithm.
        x: Math.log10(x),
        yref: 'paper',
        y: 1,
        yanchor: 'bottom',
        text: i === 0 ? 'first trained' : 'last trained',
        showarrow: false,
        font: { size: 11, color: COLOURS.mark },
      })),
      margin: { t: 36, r: 24, b: 48, l: 24 },
    },
  };
}

interface Ladder {
  readonly name: string;
  readonly betas: readonly number[];
  readonly row: number;
  readonly colour: string;
}

function ladder({ name, betas, row, colour }: Ladder): Data {
  const { sigmas, levels } = NoiseSchedule.fromBetas(betas, { asPublished: true });
  return {
    type: 'scatter',
    mode: 'lines+markers',
    x: sigmas,
    y: sigmas.map(() => row),
    text: sigmas.map((sigma, i) =>
      [
        `${label(name)}, step ${i + 1}`,
        `σ ${sigma.toPrecision(4)}`,
        `level ${levels[i]!.toPrecision(6)}`,
        `β ${betas[i]!.toPrecision(4)}`,
      ].join('<br>'),
    ),
    hoverinfo: 'text',
    line: { color: colour, width: 1 },
    marker: { color: colour, symbol: 'line-ns-open', size: 20, line: { width: betas.length > MANY_RUNGS ? 1 : 2.5 } },
  };
}

function spoken({ name, betas }: Pick<Ladder, 'name' | 'betas'>): string {
  const { sigmas } = NoiseSchedule.fromBetas(betas, { asPublished: true });
  const shown = sigmas.length <= 12 ? sigmas : [...sigmas.slice(0, 3), ...sigmas.slice(-3)];
  return `${name}: ${sigmas.length > 12 ? 'first and last ' : ''}σ ${shown.map((sigma) => sigma.toPrecision(2)).join(', ')}.`;
}

function label(name: string): string {
  return escapeHtml(shortName(name));
}
