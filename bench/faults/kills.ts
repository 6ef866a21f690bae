/**
 * Kills searches and trainings at random moments with SIGKILL, goes on with the same command, and compares what they come to with undisturbed runs.
 *
 *   npm run build && node --import tsx bench/faults/kills.ts [--kills 200] [--seed 1] [--json]
 *
 * The tiny network of the tests, so that much is written in little time. Runs take turns; each is killed until it ends by itself. Every other kill is of all of
 * its processes, the rest of the command alone. SIGTERM ends it after the run in hand. Ends with 1 where anything differs.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { uniforms } from '../../src/random/noise.ts';
import { command, ended } from './killed-command.ts';
import { differences, RUNS, type Run } from './killed-runs.ts';

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const wanted = Number(options.kills);
const seed = Number(options.seed);

interface Tally {
  readonly run: Run;
  /** Of the undisturbed run. */
  readonly folder: string;
  readonly seconds: number;
  kills: number;
  completed: number;
  readonly different: string[];
}

const root = mkdtempSync(join(tmpdir(), 'kills-'));

async function undisturbed(run: Run): Promise<Tally> {
  const at = join(root, `undisturbed-${run.name}`);
  mkdirSync(at);
  run.prepare?.(at);
  const begun = performance.now();
  const { status, stderr } = await ended(command(run, at));
  if (status !== 0) throw new Error(`${run.name}: undisturbed, it ended with ${status}: ${stderr}`);
  const seconds = (performance.now() - begun) / 1000;
  return { run, folder: at, seconds, kills: 0, completed: 0, different: [] };
}

let drawn = 0;

/** The next of the numbers between 0 and 1 that the seed gives. */
function random(): number {
  return uniforms(1, { seed, purpose: 'proposal', clip: drawn++, replicate: 0, k: 0 })[0]!;
}

const total = (of: (tally: Tally) => number) => tallies.reduce((sum, tally) => sum + of(tally), 0);

/** Kills a run at random moments until it ends by itself, then compares; no more kills than are left. */
async function killed(tally: Tally): Promise<void> {
  const { run, folder, seconds } = tally;
  const at = join(root, `killed-${run.name}`);
  mkdirSync(at);
  run.prepare?.(at);
  for (;;) {
    const child = command(run, at);
    const isLast = total(({ kills }) => kills) >= wanted;
    const isAll = random() < 0.5;
    const timer = setTimeout(
      () => {
        if (isAll) process.kill(-child.pid!, 'SIGKILL');
        else child.kill('SIGKILL');
      },
      isLast ? 2 ** 30 : 1000 * seconds * random(),
    );
    const { status, signal, stderr } = await ended(child);
    clearTimeout(timer);
    if (signal === 'SIGKILL') {
      tally.kills++;
      continue;
    }
    if (status !== 0) tally.different.push(`it ended with ${status ?? signal}: ${stderr.trimEnd().split('\n').at(-1)}`);
    else tally.different.push(...differences(run, folder, at));
    tally.completed++;
    break;
  }
  rmSync(at, { recursive: true });
}

const tallies: Tally[] = [];
for (const run of RUNS) tallies.push(await undisturbed(run));
let isEnding = false;
process.once('SIGTERM', () => {
  isEnding = true;
});
for (let turn = 0; !isEnding && total(({ kills }) => kills) < wanted; turn++) {
  const tally = tallies[turn % tallies.length]!;
  await killed(tally);
  process.stderr.write(`${total(({ kills }) => kills)} of ${wanted} kills, ${tally.run.name}\n`);
}
rmSync(root, { recursive: true });

const results = tallies.map(({ run, seconds, kills, completed, different }) => {
  return { run: `${run.program} ${run.shown}`, seconds, kills, completed, different };
});
if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
else {
  const table = new Table({ head: ['run', 'seconds undisturbed', 'kills', 'came to their end', 'different'] });
  for (const { run, seconds, kills, completed, different } of results) {
    table.push([run, seconds.toFixed(1), kills, completed, different.length]);
  }
  process.stdout.write(`${table.toString()}\n`);
  for (const { run, different } of results) for (const each of different) process.stdout.write(`${run}: ${each}\n`);
}
process.exitCode = results.some(({ different }) => different.length > 0) ? 1 : 0;
