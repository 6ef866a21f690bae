/**
 * A search of 500 trials by four workers, each of which is killed again and again, while Redis is restarted twice and one worker is cut off for 20 s; and whether
 * its study is that of an undisturbed --jobs 1:
 *
 *   npm run build && node --import tsx bench/faults/queue-run.ts [--trials 500] [--seed 1]
 *
 * Redis keeps an append-only file with appendfsync always, and is ended by SIGKILL. The cable of the worker that is cut off leads to a network namespace, which takes
 * root. The seed decides the times of the kills.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { uniforms } from '../../src/random/noise.ts';
import { startRedis } from '../../test/pool/redis-server.ts';
import { createNamespace } from './network-namespace.ts';

const { values } = parseArgs({
  options: { trials: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } },
});
const trials = Number(values.trials);
const STEPS = 2;
const WORKERS = 4;
const LIVES_MS = [2_000, 10_000] as const;
const CUT_OFF_MS = 20_000;
const MOST_KILLS = 10_000;

const program = (name: string) => fileURLToPath(new URL(`../../dist/cli/${name}.js`, import.meta.url));
const model = fileURLToPath(new URL('../../test/fixtures/reference-tiny/checkpoint.pt', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'queue-run-'));
const asked = ['--model', model, '--clip-count', '2', '--clip-seconds', '0.2', '--iters', `${STEPS}`, '--no-race'];
const search = ['schedule-search', [...asked, '--strategy', 'random', '--budget', `${STEPS * trials}`]] as const;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const print = (line: string) => process.stdout.write(`${line}\n`);
const seconds = (from: number) => `${((performance.now() - from) / 1000).toFixed(0)} s`;

/** trials.csv without the column of seconds. */
function rows(study: string): string[] {
  const lines = readFileSync(join(folder, study, 'trials.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  const at = lines[0]!.split(',').indexOf('seconds');
  return lines.slice(1).map((line) => line.split(',').toSpliced(at, 1).join(','));
}

function linesOfJournal(study: string): string[] {
  const path = join(folder, study, 'journal.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

let begin = performance.now();
const undisturbed = spawnSync(process.execPath, [program(search[0]), ...search[1], '--jobs', '1', '--study', 'local'], {
  cwd: folder,
});
if (undisturbed.status !== 0) throw new Error(undisturbed.stderr.toString());
print(`undisturbed, --jobs 1: ${seconds(begin)}`);

const { namespace, why } = createNamespace();
if (namespace === undefined) print(`No worker is cut off: there can be no network namespace here (${why}).`);
const server = await startRedis(
  ['--protected-mode', 'no'],
  ['127.0.0.1', ...(namespace === undefined ? [] : [namespace.address])].join(' '),
);
const draws = uniforms(MOST_KILLS, { seed: Number(values.seed), purpose: 'proposal', clip: 0, replicate: 0, k: 0 });
let kills = 0;
let isOver = false;
let end = () => {};
const over = new Promise<void>((resolve) => {
  end = resolve;
});
let isCutOff = false;

/** A worker that is killed after a while of work, and started again. */
async function mortal(place: number): Promise<void> {
  const isApart = namespace !== undefined && place === 0;
  const host = isApart ? namespace.address : '127.0.0.1';
  const line = [process.execPath, program('schedule-worker'), '--queue', `redis://${host}:${server.port}`];
  const [command, ...args] = [
    ...(isApart ? namespace.prefix : []),
    ...line,
    '--jobs',
    '1',
    '--cache',
    `cache-${place}`,
  ];
  while (!isOver) {
    const child = spawn(command!, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // One that comes after the search has nothing to work at.
    await Promise.race([working(child), ended, over]);
    const [least, most] = LIVES_MS;
    await Promise.race([wait(least + (most - least) * draws[kills]!), ended]);
    // The one that is cut off is meant to come back.
    while (isApart && isCutOff && !isOver) await wait(200);
    if (child.exitCode === null && child.signalCode === null) {
      if (!isOver) kills++;
      child.kill('SIGKILL');
    }
    await ended;
  }
}

function working(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    child.stderr!.on('data', (chunk) => {
      said += chunk;
      if (said.includes(': working')) resolve();
    });
  });
}

begin = performance.now();
const queue = ['--queue', `redis://127.0.0.1:${server.port}`, '--study', 'queued'];
const coordinator = spawn(process.execPath, [program(search[0]), ...search[1], ...queue], {
  cwd: folder,
  stdio: ['ignore', 'ignore', 'pipe'],
});
let said = '';
coordinator.stderr.on('data', (chunk) => {
  said += chunk;
});
const status = new Promise<number | null>((resolve) => coordinator.once('exit', resolve));
const workers = Array.from({ length: WORKERS }, (_, place) => mortal(place));

/** Once that part of the trials is done. */
async function after(part: number): Promise<void> {
  while (linesOfJournal('queued').length < part * trials && coordinator.exitCode === null) await wait(50);
}

let restarts = 0;
async function restart(part: number): Promise<void> {
  await after(part);
  await server.kill();
  await wait(2_000);
  await server.start();
  restarts++;
}

async function cutOff(part: number): Promise<void> {
  if (namespace === undefined) return;
  await after(part);
  isCutOff = true;
  namespace.connect(false);
  await wait(CUT_OFF_MS);
  namespace.connect(true);
  await wait(5_000);
  isCutOff = false;
}

const faults = Promise.all([restart(0.25).then(() => restart(0.7)), cutOff(0.4)]);
const code = await status;
end();
const took = seconds(begin);
isOver = true;
await faults;
await Promise.all(workers);
const [local, queued] = [rows('local'), rows('queued')];
const ids = queued.map((row) => row.split(',')[0]!);
const betas = (study: string) =>
  JSON.stringify(JSON.parse(readFileSync(join(folder, study, 'best.json'), 'utf8')).betas);
const lost = said.split('\n').filter((line) => line.endsWith('is lost; waiting for it.')).length;
const made = linesOfJournal('queued').filter((line) => line.includes('"phase":"search"'));
const twice = made.length - new Set(made.map((line) => JSON.parse(line).betas.join(' '))).size;
const yes = (isSo: boolean) => (isSo ? 'yes' : 'NO');
print(`| | |\n| --- | --- |`);
print(`| kills of workers | ${kills} |`);
print(`| restarts of Redis, and how often the coordinator said that it was lost | ${restarts}, ${lost} |`);
print(`| cut off for ${CUT_OFF_MS / 1000} s | ${namespace === undefined ? 'none' : 'one worker'} |`);
print(`| the search ended with | ${code}, after ${took} |`);
print(`| rows | ${queued.length}, ${queued.length - new Set(ids).size} of them twice |`);
print(`| evaluations in the journal | ${made.length}, ${twice} of them twice |`);
print(
  `| rows equal to those of --jobs 1, all columns but seconds | ${yes(JSON.stringify(local) === JSON.stringify(queued))} |`,
);
print(`| the winner's betas equal | ${yes(betas('local') === betas('queued'))} |`);
await server.close();
namespace?.remove();
rmSync(folder, { recursive: true });
