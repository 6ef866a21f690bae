import { SingleBar } from 'cli-progress';
import { duration } from '../report/numbers.ts';

/** How far something is. */
interface ProgressState {
  readonly done: number;
  readonly total: number;
  /** What to say beside the bar, such as trials and the best so far. */
  readonly text: string;
}

export interface ProgressLine {
  update(state: ProgressState): void;
  stop(): void;
}

/** What the first trials took says little: they load and warm up. */
const TRUSTED_AFTER_MS = 8_000;

/** Where standard error is no terminal, a line this often. */
const LINE_EVERY_MS = 15_000;

/**
 * Shows progress with the time left on standard error: a bar on a terminal, else a line now and then. The time left counts from
 * the first update, and leaves out what was done before.
 */
export function createProgressLine(quiet: boolean): ProgressLine {
  if (quiet) return { update() {}, stop() {} };
  let first: { readonly at: number; readonly done: number } | undefined;
  const secondsLeft = ({ done, total }: ProgressState): string => {
    const now = performance.now();
    first ??= { at: now, done };
    if (done <= first.done || now - first.at < TRUSTED_AFTER_MS) return '…';
    return duration((((now - first.at) / 1000) * (total - done)) / (done - first.done));
  };
  return process.stderr.isTTY ? bar(secondsLeft) : lines(secondsLeft);
}

function bar(secondsLeft: (state: ProgressState) => string): ProgressLine {
  const single = new SingleBar({
    format: '{bar} {percentage} % | {text} | {left} left',
    barsize: 20,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  let started = false;
  return {
    update(state) {
      const payload = { text: state.text, left: secondsLeft(state) };
      if (!started) single.start(state.total, state.done, payload);
      started = true;
      single.setTotal(state.total);
      single.update(state.done, payload);
    },
    stop() {
      if (started) single.stop();
    },
  };
}

function lines(secondsLeft: (state: ProgressState) => string): ProgressLine {
  let last = Number.NEGATIVE_INFINITY;
  return {
    update(state) {
      const left = secondsLeft(state);
      if (performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      process.stderr.write(`${state.text}, ${left} left\n`);
    },
    stop() {},
  };
}
