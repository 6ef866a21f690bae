import { FEWEST_SCHEDULES, importance } from '../importance.ts';
import { axisSteps, subscript } from './axis-steps.ts';
import type { Comparable } from './comparable.ts';
import { COLOURS, type Plot } from './plot.ts';

const MOST_LEVELS = 50;

/** A level, by its number from 1, with how much of the differences between scores it explains. */
export interface LevelImportance {
  readonly n: number;
  readonly share: number;
}

/** Of every level of the schedules, or of 50 spread over them; empty where nothing can be said. */
export function levelImportances(steps: number, { trials, scoreOf, sigmasOf }: Comparable): LevelImportance[] {
  if (trials.length < FEWEST_SCHEDULES) return [];
  const whole = trials.filter(({ betas }) => betas.length === steps);
  const scores = whole.map(scoreOf);
  return axisSteps(steps, MOST_LEVELS).flatMap((n) => {
    const share = importance(
      whole.map((trial) => sigmasOf(trial)[n - 1]!),
      scores,
    );
    return Number.isFinite(share) ? [{ n, share }] : [];
  });
}

/** The most important first. */
export function byImportance(levels: readonly LevelImportance[]): LevelImportance[] {
  return levels.toSorted((a, b) => b.share - a.share || a.n - b.n);
}

/** @param levels at least one */
export function importancePlot(levels: readonly LevelImportance[]): Plot {
  const leading = byImportance(levels).slice(0, 2);
  const share = (value: number) => `${(100 * value).toFixed(0)} %`;
  return {
    id: 'importance',
    title: 'How much each level decides',
    reading:
      'How much of the differences between the ranks of scores one level explains by itself: the correlation ratio over at most ten groups of its σ, its bias removed ' +
      '(ε², Kelley 1935). Levels move together in a search, so shares overlap and need not add up to 100 %.',
    alternative: `Explained by each level: ${byImportance(levels)
      .slice(0, 12)
      .map(({ n, share: value }) => `σ${subscript(n)} ${share(value)}`)
      .join(', ')}.`,
    height: 260,
    data: [
      {
        type: 'bar',
        x: levels.map(({ n }) => `σ${subscript(n)}`),
        y: levels.map(({ share: value }) => 100 * value),
        text: levels.length <= 25 ? levels.map(({ share: value }) => share(value)) : [],
        textposition: 'outside',
        cliponaxis: false,
        hoverinfo: 'x+y',
        marker: { color: levels.map((level) => (leading.includes(level) ? COLOURS.winner : COLOURS.trial)) },
      },
    ],
    layout: {
      showlegend: false,
      xaxis: { type: 'category' },
      yaxis: { title: { text: 'explained, %' }, rangemode: 'tozero' },
      bargap: 0.45,
      margin: { t: 24, r: 12, b: 32, l: 56 },
    },
  };
}
