import { duration } from '../report/numbers.ts';

/** Where a training is. */
interface Shown {
  /** Of what the bar shows, from 0 to 1. */
  readonly share: number;
  /** What there is to say, the most important first: the last ones are left out where a terminal is narrow. */
  readonly parts: readonly string[];
  /** Of what the bar shows; undefined where nothing is known yet. */
  readonly secondsLeft?: number;
}

/** Messages and, below them, one line that changes. */
export interface Display {
  readonly show: (shown: Shown) => void;
  /** Takes the line away. */
  readonly clear: () => void;
  /** A message that stays. */
  readonly say: (text: string) => void;
}

/** Where messages go, such as standard error. */
export interface DisplayStream {
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a terminal shows changes at most this often. */
const REDRAW_MS = 100;

/** Where there is no terminal, a line this often. */
const LINE_EVERY_MS = 15_000;

/** Cells, as there is room. */
const BARS = [20, 10, 0];
const USUAL_COLUMNS = 80;

/** Goes to the start of the line and clears it. */
const CLEAR = '\r\x1b[2K';

/** A display on a terminal, or for a file: a line now and then, beside the messages. */
export function createDisplay(stream: DisplayStream, now: () => number = () => performance.now()): Display {
  let last = stream.isTTY ? Number.NEGATIVE_INFINITY : now();
  const isTimeFor = (milliseconds: number) => {
    if (now() - last < milliseconds) return false;
    last = now();
    return true;
  };
  if (!stream.isTTY) {
    return {
      show(shown) {
        if (isTimeFor(LINE_EVERY_MS)) stream.write(`${[...shown.parts, ...left(shown)].join(', ')}\n`);
      },
      clear() {},
      say: (text) => stream.write(`${text}\n`),
    };
  }
  let isShown = false;
  const clear = () => {
    if (isShown) stream.write(CLEAR);
    isShown = false;
    last = Number.NEGATIVE_INFINITY;
  };
  return {
    show(shown) {
      if (!isTimeFor(REDRAW_MS)) return;
      stream.write(CLEAR + barLine(shown, stream.columns ?? USUAL_COLUMNS));
      isShown = true;
    },
    clear,
    say(text) {
      clear();
      stream.write(`${text}\n`);
    },
  };
}

/** A display that shows nothing, for --quiet. */
export const SILENT_DISPLAY: Display = { show() {}, clear() {}, say() {} };

/** The longest line that fits: first the bar gets shorter, then parts go. */
function barLine(shown: Shown, columns: number): string {
  const { share, parts } = shown;
  const lines = [
    ...BARS.map((cells) => ({ cells, count: parts.length })),
    ...parts.map((_, i) => ({ cells: BARS.at(-1)!, count: parts.length - 1 - i })),
  ].map(({ cells, count }) => `${bar(share, cells)}  ${[...parts.slice(0, count), ...left(shown)].join(', ')}`);
  // A line that fills the last column makes some terminals begin another.
  return lines.find((line) => line.length < columns) ?? lines.at(-1)!.slice(0, columns - 1);
}

function bar(share: number, cells: number): string {
  const full = Math.round(share * cells);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)}${cells > 0 ? ' ' : ''}${percent} %`;
}

function left({ secondsLeft }: Shown): string[] {
  return secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`];
}
