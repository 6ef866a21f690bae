import ansis, { Ansis } from 'ansis';
import Table from 'cli-table3';
import { type Diagnostics, warnings } from '../schedule/diagnostics.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { Estimate } from '../search/statistics.ts';

// By itself ansis colours pipes too where it sees continuous integration.
const colours = process.stdout.isTTY || process.env.FORCE_COLOR !== undefined ? ansis : new Ansis(0);

export interface ListedSchedule {
  readonly schedule: NoiseSchedule;
  readonly diagnostics: Diagnostics;
  /** Of its file; none for a preset. */
  readonly path?: string | undefined;
  /** Its score on held-out clips, where a study found it. */
  readonly heldout?: Estimate | undefined;
}

type Column = readonly [head: string, cell: (listed: ListedSchedule) => string];

const COLUMNS: readonly Column[] = [
  ['steps', ({ schedule }) => `${schedule.length}`],
  ['clamp', ({ schedule }) => schedule.clamp],
  ['terminal', ({ diagnostics }) => fourDigits(diagnostics.terminalLevel)],
  ['rises', ({ diagnostics }) => (diagnostics.rising ? 'yes' : 'no')],
  ['min Δln σ', ({ diagnostics }) => fourDigits(diagnostics.smallestGap)],
  ['untrained', ({ diagnostics }) => `${diagnostics.outsideTrained.count}`],
  ['f32 gain', ({ diagnostics }) => fourDigits(diagnostics.float32Gain)],
];

const HELD_OUT: Column = ['held-out', ({ heldout }) => (heldout ? estimated(heldout) : '')];

const SOURCE: Column = ['source', ({ schedule }) => plain(schedule.source)];

const NARROWEST_SOURCE = 12;

/**
 * A table of schedules, one a line, with their warnings as footnotes. A file goes by its path, since that is what commands
 * take. Where standard output takes colours, those with warnings are yellow.
 *
 * @param width in characters, to which sources are shortened, though not below 12. Default: not at all.
 */
export function listing(listed: readonly ListedSchedule[], width?: number): string {
  const footnotes = [...new Set(listed.flatMap(({ diagnostics }) => warnings(diagnostics)))];
  const name: Column = ['name', (entry) => called(entry, footnotes)];
  const scored = listed.some(({ heldout }) => heldout !== undefined);
  const columns = [name, ...COLUMNS, ...(scored ? [HELD_OUT] : [])];
  const used = Math.max(...table(listed, columns).map((line) => ansis.strip(line).length));
  const room = width && Math.max(NARROWEST_SOURCE, width - used - GAP.length);
  const lines = table(listed, [...columns, SOURCE], room);
  return [...lines, ...footnotes.map((text, i) => `[${i + 1}] ${text}`)].join('\n');
}

const GAP = '  ';

const EDGES = ['top', 'bottom', 'left', 'right', 'mid'];

const JOINTS = [
  'top-mid',
  'top-left',
  'top-right',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left-mid',
  'mid-mid',
  'right-mid',
];

// cli-table3 draws a box and colours it, terminal or not, unless told otherwise.
const PLAIN = {
  chars: { ...Object.fromEntries([...EDGES, ...JOINTS].map((border) => [border, ''])), middle: GAP },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
};

function table(listed: readonly ListedSchedule[], columns: readonly Column[], lastWidth?: number): string[] {
  const colWidths = lastWidth === undefined ? [] : [...columns.slice(1).map(() => null), lastWidth];
  const made = new Table({ ...PLAIN, colWidths });
  made.push(
    columns.map(([head]) => colours.bold(head)),
    ...listed.map((entry) => columns.map(([, cell]) => cell(entry))),
  );
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

function called({ schedule, diagnostics, path }: ListedSchedule, footnotes: readonly string[]): string {
  const name = plain(path ?? schedule.name);
  const numbers = warnings(diagnostics).map((text) => footnotes.indexOf(text) + 1);
  return numbers.length === 0 ? name : colours.yellow(`${name} [${numbers.sort((a, b) => a - b).join(' ')}]`);
}

// One clip has no standard error.
function estimated({ mean, standardError }: Estimate): string {
  const digits = mean.toPrecision(4);
  return Number.isNaN(standardError) ? digits : `${digits} ± ${standardError.toPrecision(2)}`;
}

function fourDigits(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(4) : '∞';
}

/** Text from a file without what could steer the terminal. */
function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
