/**
 * Prints what bench/strategies.ts measured as tables in Markdown, and draws how good the best so far is over NFE, the mean over seeds.
 *
 *   node --import tsx bench/strategies-render.ts [--strategies RESULTS.jsonl] [--study RESULTS.jsonl] [--plot docs/strategies.svg]
 *     [--scoring]
 *
 * `--strategies` names results to lay side by side at each number of NFE, `--study` those to lay beside the whole study that is among them.
 * The plot is of held-out clips, with the same noise for all; with `--scoring` of the score by which a search knows its best so far, which is the
 * lower the more luck was chosen, and not to be compared between searches that hear a schedule with different numbers of draws of noise.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { counted, grouped } from '../src/report/numbers.ts';
import { type Line, meanCurve, type Panel, plotOf } from './strategies-plot.ts';
import { type Results, readResults } from './strategies-results.ts';
import { strategyTables, studyTable } from './strategies-tables.ts';

const { values } = parseArgs({
  options: {
    strategies: { type: 'string' },
    study: { type: 'string' },
    plot: { type: 'string' },
    scoring: { type: 'boolean', default: false },
  },
});
if (values.strategies === undefined && values.study === undefined)
  throw new Error('--strategies and --study say which results to show');

/** Where the study's share of NFE is pointed out in the plot. */
const SHARES = [0.01, 0.03];

const panels: Panel[] = [];
let metric = '';
const inSteps = values.scoring;
if (values.strategies !== undefined) {
  const results = await readResults(values.strategies);
  metric = results.setup.metric;
  process.stdout.write(`${sentence(results)}\n\n${strategyTables(results)}\n`);
  panels.push({ title: `Every strategy, N = ${results.setup.steps}`, lines: linesOf(results), inSteps, marks: [] });
}
if (values.study !== undefined) {
  const results = await readResults(values.study);
  metric = results.setup.metric;
  const whole = results.results
    .filter(({ strategy }) => strategy.startsWith('whole '))
    .toSorted((a, b) => b.nfe - a.nfe)[0];
  if (whole === undefined)
    throw new Error(`${values.study}: no study is among these results; bench/strategies.ts --study adds it`);
  process.stdout.write(
    `${values.strategies ? '\n' : ''}${sentence(results)}\n\n${studyTable(results, whole.strategy)}\n`,
  );
  const marks = SHARES.map((share) => ({ nfe: share * whole.nfe, text: `${100 * share} %` }));
  panels.push({
    title: `Beside the ${whole.strategy} of ${grouped(whole.trials)} trials`,
    lines: linesOf(results),
    inSteps,
    marks,
  });
}
if (values.plot !== undefined)
  await writeFile(
    values.plot,
    plotOf(panels, `${metric} of the best so far, ${inSteps ? 'scoring' : 'held-out'} clips`),
  );

function linesOf({ results }: Results): Line[] {
  return [...new Set(results.map(({ strategy }) => strategy))].flatMap((name) => {
    const own = results.filter(({ strategy }) => strategy === name);
    const end = Math.max(...own.map(({ budget }) => budget));
    const longest = own.filter(({ budget }) => budget === end);
    const curves = longest.map((one) => (inSteps ? one.curve : one.heldoutCurve));
    const curve = meanCurve(curves.map((points) => points.filter(([, score]) => Number.isFinite(score))));
    return curve.length === 0 ? [] : [{ name, curve, end }];
  });
}

/** What the results are of. */
function sentence({ setup, results }: Results): string {
  const { metric: score, steps, clipSamples, sampleRate, scoringClips, heldoutClips, heldoutDraws } = setup;
  const seconds = (clipSamples / sampleRate).toFixed(2);
  const seeds = new Set(results.map(({ seed }) => seed)).size;
  return `${score}, N = ${steps}, ${counted(seeds, 'seed')}; ${counted(scoringClips.length, 'scoring clip')} of ${seconds} s; ${counted(heldoutClips.length, 'held-out clip')}, ${counted(heldoutDraws, 'draw')} of noise each; ± standard error over held-out clips of the means over seeds.`;
}
