import { basename, relative } from 'node:path';
import { counted, grouped } from '../report/numbers.ts';
import { decibels } from '../training/clip-level.ts';
import type { Prepared } from '../training/prepare.ts';
import { countBy, type LeftOut, type Recording } from '../training/prepare-choice.ts';
import { WHY } from '../training/prepare-shortage.ts';
import { type Statistics, statistics } from '../training/prepare-statistics.ts';
import { plainTable } from './plain-table.ts';
import { plain } from './plain-text.ts';
import { quoted } from './quoted.ts';
import { rootArgument } from './root-flag.ts';

/** Files that are named of each reason; --json has all. */
const MOST_NAMES = 5;

/** What was prepared, and where to. */
export interface PreparedLists {
  readonly prepared: Prepared;
  /** Paths of the lists. */
  readonly train: string;
  readonly tested: string;
  /** What their paths start from and lie below, where that is not the lists' own folder. */
  readonly root?: string;
}

/** What was prepared, to read. */
export function asText(lists: PreparedLists): string {
  const { prepared, train, tested } = lists;
  const parts = [
    statisticsTable([
      [train, prepared.train],
      [tested, prepared.tested],
    ]),
    foundLines(prepared),
    ...(prepared.leftOut.length > 0 ? [leftOutLines(prepared.leftOut)] : []),
    ['What comes next:', ...nextCommands(lists).map((command) => `  ${command}`)],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** As JSON: lengths in seconds, levels in dBFS. */
export function asJson(lists: PreparedLists): string {
  const { prepared, train, tested, root } = lists;
  const { sampleRate, leftOut } = prepared;
  const list = (path: string, recordings: readonly Recording[]) => {
    const { rms, quietest, loudest, peak, ...lengths } = statistics(recordings);
    const levels = Object.entries({ rms, quietest, loudest, peak }).map(([name, level]) => [
      `${name}Dbfs`,
      decibels(level),
    ]);
    return { path, ...lengths, ...Object.fromEntries(levels) };
  };
  const data = {
    train: list(train, prepared.train),
    test: list(tested, prepared.tested),
    sampleRate,
    rates: prepared.rates.map(([rate, recordings]) => ({ sampleRate: rate, recordings })),
    channels: channelCounts(prepared).map(([channels, recordings]) => ({ channels, recordings })),
    leftOut,
    ...(root !== undefined && { root }),
    next: nextCommands(lists),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

const COLUMNS: readonly (readonly [head: string, cell: (all: Statistics) => string])[] = [
  ['recordings', ({ recordings }) => grouped(recordings)],
  ['minutes', ({ seconds }) => (seconds / 60).toFixed(1)],
  ['shortest', ({ shortest }) => `${shortest.toFixed(2)} s`],
  ['median', ({ median }) => `${median.toFixed(2)} s`],
  ['longest', ({ longest }) => `${longest.toFixed(2)} s`],
  ['RMS', ({ rms }) => dbfs(rms)],
  ['quietest', ({ quietest }) => dbfs(quietest)],
  ['loudest', ({ loudest }) => dbfs(loudest)],
  ['peak', ({ peak }) => `${dbfs(peak)} dBFS`],
];

function statisticsTable(lists: readonly (readonly [path: string, recordings: readonly Recording[]])[]): string[] {
  const rows = lists.map(([path, recordings]) => {
    const all = statistics(recordings);
    return [plain(path), ...COLUMNS.map(([, cell]) => cell(all))];
  });
  return plainTable(['list', ...COLUMNS.map(([head]) => head)], rows, {
    colAligns: ['left', ...COLUMNS.map(() => 'right' as const)],
  });
}

function dbfs(level: number): string {
  return decibels(level).toFixed(1);
}

/** What the recordings are as files, and what no sampler would reproduce of them. */
function foundLines(prepared: Prepared): string[] {
  const taken = [...prepared.train, ...prepared.tested];
  const rates = prepared.rates.map(([rate, count]) => `${rate} Hz (${grouped(count)})`).join(', ');
  const channels = channelCounts(prepared).map(([count, files]) => `${count} (${grouped(files)})`);
  const mixed = taken.some((recording) => recording.channels > 1) ? '; they are mixed down to one' : '';
  const beyond = taken.filter(({ peak }) => peak > 1);
  return [
    `Sample rates: ${rates}`,
    `Channels: ${channels.join(', ')}${mixed}`,
    ...(beyond.length > 0
      ? [`Beyond full scale, where samplers clamp: ${counted(beyond.length, 'recording')} (${names(beyond)})`]
      : []),
  ];
}

function channelCounts({ train, tested }: Prepared): (readonly [channels: number, recordings: number])[] {
  return countBy([...train, ...tested], ({ channels }) => channels);
}

function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const lines = countBy(leftOut, ({ why }) => why).flatMap(([reason, count]) => {
    const those = leftOut.filter(({ why }) => why === reason);
    const said = those.slice(0, MOST_NAMES).map(({ path, message }) => `    ${shown(path)}: ${plain(message)}`);
    return [
      `  ${grouped(count)} ${WHY[reason]}`,
      ...said,
      ...(count > MOST_NAMES ? [`    and ${grouped(count - MOST_NAMES)} more, which --json lists`] : []),
    ];
  });
  return [`Left out: ${counted(leftOut.length, 'recording')}`, ...lines];
}

/** A path as it is easier to read: from the working directory on, where it leads into it. */
function shown(path: string): string {
  const short = relative('', path);
  return plain(short.startsWith('..') ? path : short);
}

function names(recordings: readonly Recording[]): string {
  const first = recordings.slice(0, MOST_NAMES).map(({ path }) => plain(basename(path)));
  return [...first, ...(recordings.length > MOST_NAMES ? ['…'] : [])].join(', ');
}

/** How a training on these lists begins. */
function nextCommands({ train, tested, root }: PreparedLists): string[] {
  const from = rootArgument(root === undefined ? undefined : shown(root) || '.');
  return [
    `schedule-train --init --train ${quoted(plain(train))} --test ${quoted(plain(tested))}${from} -o config.json`,
    `schedule-train -c config.json${from}`,
  ];
}
