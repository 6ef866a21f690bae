import { sigmaOfLevel, type TrainedRange } from '../schedule/diagnostics.ts';
import { shortened } from './plain-table.ts';

/** A schedule as the ladder draws it. */
export interface LadderRow {
  readonly name: string;
  /** σ_1 … σ_N, each above 0, in any order. */
  readonly sigmas: readonly number[];
}

const NARROWEST_AXIS = 24;

const LEGEND =
  '│ a level, 2 to 9 that many in one place, █ more; dots: the trained range. Sampling goes from right to left.';

/**
 * Schedules as ladders that lie on their sides, one a line on a common logarithmic axis of σ, with its ticks above and the trained range
 * marked. Lines are at most `width` characters long, though the axis never has fewer than 24.
 */
export function ladder(rows: readonly LadderRow[], trained: TrainedRange, width: number): string[] {
  const ends = [sigmaOfLevel(trained.firstLevel), sigmaOfLevel(trained.terminalLevel)] as const;
  const nameWidth = Math.min(
    Math.max('trained'.length, ...rows.map(({ name }) => Array.from(name).length)),
    Math.max(8, Math.floor(width / 3)),
  );
  const axis = axisOf(
    [...ends, ...rows.flatMap(({ sigmas }) => sigmas)],
    Math.max(NARROWEST_AXIS, width - nameWidth - 2),
  );
  const line = (name: string, cells: readonly string[]) => {
    const short = shortened(name, nameWidth);
    return `${short}${' '.repeat(nameWidth - Array.from(short).length)}  ${cells.join('')}`.trimEnd();
  };
  const [first, last] = [axis.columnOf(ends[0]), axis.columnOf(ends[1])];
  const isTrained = (column: number) => column >= first && column <= last;
  const columns = Array.from({ length: axis.width }, (_, column) => column);
  return [
    ...tickLines(axis).map((cells, i) => line(i === 0 ? 'σ' : '', cells)),
    line(
      'trained',
      columns.map((column) => (column === first ? '├' : column === last ? '┤' : isTrained(column) ? '─' : ' ')),
    ),
    ...rows.map(({ name, sigmas }) => {
      const counts = new Map<number, number>();
      for (const column of sigmas.map(axis.columnOf)) counts.set(column, (counts.get(column) ?? 0) + 1);
      return line(
        name,
        columns.map((column) => rung(counts.get(column) ?? 0) ?? (isTrained(column) ? '·' : ' ')),
      );
    }),
    ...wrapped(LEGEND, width),
  ];
}

interface Axis {
  readonly width: number;
  readonly lowest: number;
  readonly highest: number;
  readonly columnOf: (sigma: number) => number;
}

function axisOf(sigmas: readonly number[], width: number): Axis {
  const lowest = sigmas.reduce((a, b) => Math.min(a, b));
  const highest = sigmas.reduce((a, b) => Math.max(a, b));
  const span = Math.log(highest) - Math.log(lowest) || 1;
  const columnOf = (sigma: number) => Math.round(((Math.log(sigma) - Math.log(lowest)) / span) * (width - 1));
  return { width, lowest, highest, columnOf };
}

/** The labels of the ticks, and the axis. */
function tickLines(axis: Axis): [string[], string[]] {
  const labels = Array.from({ length: axis.width }, () => ' ');
  const marks = Array.from({ length: axis.width }, () => '─');
  let free = 0;
  for (const tick of ticks(axis)) {
    const text = tickLabel(tick);
    const column = axis.columnOf(tick);
    const start = Math.max(0, Math.min(axis.width - text.length, column - Math.floor(text.length / 2)));
    marks[column] = '┴';
    if (start < free) continue;
    for (const [i, character] of Array.from(text).entries()) labels[start + i] = character;
    free = start + text.length + 1;
  }
  return [labels, marks];
}

/** Powers of ten, or where fewer than two are on the axis, 1, 2 and 5 times such; at last the two ends. */
function ticks({ lowest, highest, width, columnOf }: Axis): number[] {
  const exponents = { from: Math.floor(Math.log10(lowest)), to: Math.ceil(Math.log10(highest)) };
  // An axis of hundreds of powers has no room for all.
  const stride = Math.max(1, Math.ceil((8 * (exponents.to - exponents.from)) / width));
  const powers: number[] = [];
  for (let exponent = exponents.from; exponent <= exponents.to; exponent += stride) {
    // Parsed, because a power of 10 by multiplication is off in its last digit.
    powers.push(Number(`1e${exponent}`));
  }
  const choices = [powers, powers.flatMap((power) => [power, 2 * power, 5 * power]), [lowest, highest]];
  // By columns, because a schedule may start a hair above 0.001.
  const isInside = (tick: number) => columnOf(tick) >= 0 && columnOf(tick) < width;
  const inside = choices.map((choice) => choice.filter(isInside));
  return inside.find((choice) => choice.length >= 2) ?? inside.at(-1)!;
}

function tickLabel(tick: number): string {
  const digits = Number(tick.toPrecision(2));
  return digits >= 1e-3 && digits < 1e5 ? String(digits) : digits.toExponential().replace('+', '');
}

function rung(count: number): string | undefined {
  if (count === 0) return undefined;
  return count === 1 ? '│' : count < 10 ? String(count) : '█';
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
