/**
 * Lays the validation curve of `schedule-train` beside PyTorch's on the same config, recordings, batch and validation.
 *
 *   node --import tsx bench/training-curve.ts --run FOLDER --peer peer.jsonl [--json]
 *
 * The two trainings take half an hour each, so they are made apart, by the commands in bench/training-curve.md.
 *
 * Both validate on 16 noise levels of the first 72,000 samples of every recording, with fixed noise of their own; seconds leave validation out.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { parse } from 'csv-parse/sync';

interface Point {
  readonly step: number;
  readonly seconds: number;
  readonly loss: number;
}

const { values: options } = parseArgs({
  options: { run: { type: 'string' }, peer: { type: 'string' }, json: { type: 'boolean', default: false } },
});
if (options.run === undefined || options.peer === undefined)
  throw new Error('--run and --peer say what to lay side by side');

const rows = parse(await readFile(join(options.run, 'training.csv'), 'utf8'), { columns: true }) as Record<
  string,
  string
>[];
const ours: Point[] = rows.map((row) => ({
  step: Number(row.step),
  seconds: Number(row.seconds),
  loss: Number(row.validation_loss),
}));
const lines = (await readFile(options.peer, 'utf8')).trim().split('\n');
const peer: Point[] = lines.map((line) => {
  const { step, seconds, validation_loss } = JSON.parse(line) as Record<string, number>;
  return { step: step!, seconds: seconds!, loss: validation_loss! };
});

const both = ours.flatMap((mine) => {
  const other = peer.find(({ step }) => step === mine.step);
  return other === undefined ? [] : [{ step: mine.step, ours: mine, peer: other, ratio: mine.loss / other.loss }];
});
if (options.json) {
  process.stdout.write(`${JSON.stringify(both, null, 2)}\n`);
} else {
  const table = new Table({
    head: ['step', 'ours', 'PyTorch', 'ratio', 'ours, s', 'PyTorch, s'],
    style: { head: [], border: [] },
  });
  for (const { step, ours: mine, peer: other, ratio } of both) {
    table.push([
      step,
      mine.loss.toFixed(5),
      other.loss.toFixed(5),
      ratio.toFixed(3),
      mine.seconds.toFixed(0),
      other.seconds.toFixed(0),
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
