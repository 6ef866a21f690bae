import ansis from 'ansis';
import { underClamp } from '../schedule/analysis/clamp.ts';
import { inFloat32 } from '../schedule/analysis/float32.ts';
import { type Diagnostics, warnings } from '../schedule/diagnostics.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { Estimate } from '../search/statistics.ts';
import { clipsText, type FoundOn } from './found-on.ts';
import { colours, fourDigits, GAP, percent, plainTable } from './plain-table.ts';
import { plain } from './plain-text.ts';
import { mostCut, type View } from './schedule-view.ts';

export interface ListedSchedule {
  readonly schedule: NoiseSchedule;
  readonly diagnostics: Diagnostics;
  /** Of its file; none for a preset or a list. */
  readonly path?: string | undefined;
  /** What commands take for it, where that is not its path: the name of a model's schedule. */
  readonly alias?: string | undefined;
  /** Its score on held-out clips, where a study found it. */
  readonly heldout?: Estimate | undefined;
  /** How it was found, where a study did. */
  readonly found?: FoundOn | undefined;
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

const FLOAT32: Column = ['f32 Δσ', ({ schedule }) => percent(inFloat32(schedule).largestChange.change)];

const CUT: Column = ['cut', ({ schedule }) => percent(mostCut(underClamp(schedule, 'state'))?.cut ?? 0)];

/** What a model carries with its schedules. */
const MODEL: readonly Column[] = [
  ['precision', ({ found }) => found?.precision ?? ''],
  ['found on', ({ found }) => (found ? plain(clipsText(found)) : '')],
  ['metric', ({ found }) => found?.metric ?? ''],
];

const HELD_OUT: Column = ['held-out', ({ heldout }) => (heldout ? estimated(heldout) : '')];

const SOURCE: Column = ['source', ({ schedule }) => plain(schedule.source)];

const NARROWEST_SOURCE = 12;

/**
 * A table of schedules, one a line, with their warnings as footnotes. A file goes by its path, since that is what commands
 * take. Where standard output takes colours, those with warnings are yellow.
 *
 * @param width in characters, to which sources are shortened, though not below 12. Default: not at all.
 * @param view what columns are added for: float32 and clamping the state.
 */
export function listing(listed: readonly ListedSchedule[], width?: number, view: View = {}): string {
  const footnotes = [...new Set(listed.flatMap(({ diagnostics }) => warnings(diagnostics)))];
  const name: Column = ['name', (entry) => called(entry, footnotes)];
  const columns = [
    name,
    ...COLUMNS,
    ...(view.precision === 'float32' ? [FLOAT32] : []),
    ...(view.clamp === 'state' ? [CUT] : []),
    ...(listed.some(({ found }) => found !== undefined) ? MODEL : []),
    ...(listed.some(({ heldout }) => heldout !== undefined) ? [HELD_OUT] : []),
  ];
  const used = Math.max(...table(listed, columns).map((line) => ansis.strip(line).length));
  const room = width && Math.max(NARROWEST_SOURCE, width - used - GAP.length);
  const lines = table(listed, [...columns, SOURCE], room);
  return [...lines, ...footnotes.map((text, i) => `[${i + 1}] ${text}`)].join('\n');
}

/** What commands take for a schedule: the name of a preset or of a model's schedule, or a path. */
export function callName({ schedule, path, alias }: ListedSchedule): string {
  return plain(alias ?? path ?? schedule.name);
}

function table(listed: readonly ListedSchedule[], columns: readonly Column[], lastWidth?: number): string[] {
  return plainTable(
    columns.map(([head]) => head),
    listed.map((entry) => columns.map(([, cell]) => cell(entry))),
    lastWidth === undefined ? {} : { colWidths: [...columns.slice(1).map(() => null), lastWidth] },
  );
}

function called(entry: ListedSchedule, footnotes: readonly string[]): string {
  const numbers = warnings(entry.diagnostics).map((text) => footnotes.indexOf(text) + 1);
  const name = callName(entry);
  return numbers.length === 0 ? name : colours.yellow(`${name} [${numbers.sort((a, b) => a - b).join(' ')}]`);
}

// One clip has no standard error.
function estimated({ mean, standardError }: Estimate): string {
  const digits = mean.toPrecision(4);
  return Number.isNaN(standardError) ? digits : `${digits} ± ${standardError.toPrecision(2)}`;
}
