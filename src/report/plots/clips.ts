import type { Data } from 'plotly.js-dist-min';
import type { Evidence } from '../../search/evidence.ts';
import type { Outcome } from '../../search/outcome.ts';
import type { StudySettings } from '../../search/settings.ts';
import { sameBetas } from '../../search/trial.ts';
import { escapeHtml } from '../escape.ts';
import { counted, decimal, listed, shortName } from '../numbers.ts';
import { rivalsOf } from '../schedules.ts';
import { withUnit } from '../units.ts';
import { COLOURS, type Plot } from './plot.ts';

/** What scores more than so many times the winner would make lines of the other boxes. */
const FARTHEST = 1.5;

/** The score of every held-out clip, a box for each schedule that was verified; undefined where the journal does not say. */
export function clipsPlot(settings: StudySettings, outcome: Outcome, { byClip }: Evidence): Plot | undefined {
  const farthest = FARTHEST * outcome.heldout.mean;
  const all = [outcome, ...rivalsOf(outcome)].flatMap(({ name, betas, heldout }) => {
    const values = byClip.find((each) => sameBetas(each.betas, betas))?.distances[settings.metric];
    return values?.every(Number.isFinite) ? [{ name, values, isFar: heldout.mean > farthest }] : [];
  });
  if (all.length === 0) return undefined;
  const boxes = all.filter(({ isFar }) => !isFar);
  const left = all.filter(({ isFar }) => isFar).map(({ name }) => name);
  const names = settings.heldoutClips.map(({ name }) => name);
  return {
    id: 'clips',
    title: 'Scores clip by clip',
    reading:
      `Each point is one of ${counted(names.length, 'held-out clip')}, a mean over the draws of the verification, each box the middle half with its median: ` +
      'boxes apart say that a schedule is better on most clips, one far point that a single clip decides.' +
      (left.length > 0 ? ` Too far off to be drawn: ${listed(left)}.` : ''),
    alternative: all
      .map(({ name, values }) => `${name}: ${decimal(Math.min(...values))} to ${decimal(Math.max(...values))}`)
      .join('; ')
      .concat('.'),
    height: 72 + 44 * boxes.length,
    data: boxes.map(
      ({ name, values }, i): Data => ({
        type: 'box',
        orientation: 'h',
        name: escapeHtml(shortName(name)),
        x: [...values],
        text: values.map((value, clip) => escapeHtml(`${names[clip] ?? clip + 1}: ${decimal(value)}`)),
        hoverinfo: 'text',
        hoveron: 'points',
        boxpoints: 'all',
        pointpos: 0,
        jitter: 0.35,
        line: { width: 1.5 },
        marker: { size: 5, color: i === 0 ? COLOURS.winner : COLOURS.trial },
        fillcolor: 'rgba(0, 0, 0, 0)',
      }),
    ),
    layout: {
      showlegend: false,
      hovermode: 'closest',
      xaxis: { title: { text: escapeHtml(withUnit(settings.metric)) } },
      yaxis: { autorange: 'reversed', automargin: true },
      margin: { t: 8, r: 24, b: 44, l: 8 },
    },
  };
}
