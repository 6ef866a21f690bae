/**
 * Lays validation curves of `schedule-train` beside PyTorch's on the same config, recordings, batch and validation.
 *
 *   node --import tsx bench/training-curve.ts --run FOLDER… --peer peer.jsonl… [--step-seconds 0.221,0.293] [--json]
 *
 * Each training takes some twenty minutes, so they are made apart, by the commands in bench/training-curve.md; several of a side, with other
 * seeds, give a mean and a standard deviation. With the seconds a step takes on either side, as bench/train-step.ts measures them, it also says
 * what ours come to in the minutes that PyTorch needs for so many steps, on a straight line between two tests.
 *
 * Both validate on 16 noise levels of the first 72,000 samples of every recording, with fixed noise of their own.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { parse } from 'csv-parse/sync';

/** Validation losses by step. */
type Curve = ReadonlyMap<number, number>;

const { values: options } = parseArgs({
  options: {
    run: { type: 'string', multiple: true, default: [] },
    peer: { type: 'string', multiple: true, default: [] },
    'step-seconds': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
if (options.run.length === 0 || options.peer.length === 0)
  throw new Error('--run and --peer say what to lay side by side');

const ours = await Promise.all(options.run.map(runCurve));
const peers = await Promise.all(options.peer.map(peerCurve));
const [ourSeconds, peerSeconds] = options['step-seconds']?.split(',').map(Number) ?? [];

const steps = [...ours[0]!.keys()].filter((step) => [...ours, ...peers].every((curve) => curve.has(step)));
const rows = steps.map((step) => {
  const mine = summary(ours.map((curve) => curve.get(step)!));
  const other = summary(peers.map((curve) => curve.get(step)!));
  const inItsTime = ourSeconds && peerSeconds ? (step * peerSeconds) / ourSeconds : undefined;
  return {
    step,
    ours: mine,
    peer: other,
    ratio: mine.mean / other.mean,
    ...(inItsTime !== undefined && inItsTime <= steps.at(-1)!
      ? { atEqualMinutes: summary(ours.map((curve) => between(curve, inItsTime))) }
      : {}),
  };
});

if (options.json) {
  process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
} else {
  const table = new Table({
    head: ['step', 'ours', 'PyTorch', 'ratio', "ours in PyTorch's minutes"],
    style: { head: [], border: [] },
  });
  for (const { step, ours: mine, peer: other, ratio, atEqualMinutes } of rows) {
    table.push([step, shown(mine), shown(other), ratio.toFixed(2), atEqualMinutes ? shown(atEqualMinutes) : '']);
  }
  process.stdout.write(`${table.toString()}\n`);
}

async function runCurve(folder: string): Promise<Curve> {
  const tests = parse(await readFile(join(folder, 'training.csv'), 'utf8'), { columns: true }) as Record<
    string,
    string
  >[];
  return new Map(tests.map((row) => [Number(row.step), Number(row.validation_loss)]));
}

async function peerCurve(path: string): Promise<Curve> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const { step, validation_loss } = JSON.parse(line) as Record<string, number>;
      return [step!, validation_loss!];
    }),
  );
}

/** A curve at a step between two of its tests. */
function between(curve: Curve, step: number): number {
  const before = Math.max(...[...curve.keys()].filter((tested) => tested <= step));
  const after = Math.min(...[...curve.keys()].filter((tested) => tested >= step));
  const [first, last] = [curve.get(before)!, curve.get(after)!];
  return after === before ? first : first + ((last - first) * (step - before)) / (after - before);
}

/** Mean and sample standard deviation. */
function summary(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)), runs: values.length };
}

function shown({ mean, deviation, runs }: ReturnType<typeof summary>): string {
  return runs > 1 ? `${mean.toFixed(4)} ± ${deviation.toFixed(4)}` : mean.toFixed(4);
}
