/**
 * Feeds every reader mutated files in a process of its own, and measures: what it says of each, the processor time, and the memory.
 *
 *   node --import tsx bench/faults/fuzz.ts [--reader NAME] [--count 20000] [--seed 7] [--json]
 *
 * A fault is an error that is not one clear sentence, anything printed, more than 2 s of processor time, more memory than ten times the
 * mutant's size and 64 MB, or the end of the process. Processor time, not time by the clock, since other programs may keep a machine busy. The
 * memory is the process's resident peak (Linux) above what it held before. What takes too much is read again alone, in a fresh process that has read
 * the valid files before; only what is too much then, too, counts. `--one INDEX --keep FILE` writes down a single mutant.
 */
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { judged } from '../../test/fuzz/judge.ts';
import { mutant } from '../../test/fuzz/mutate.ts';
import { contentOf, openReader, READER_NAMES, type ReaderName } from '../../test/fuzz/readers.ts';

const { values: options } = parseArgs({
  options: {
    reader: { type: 'string', multiple: true },
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '7' },
    child: { type: 'boolean', default: false },
    from: { type: 'string', default: '0' },
    to: { type: 'string', default: '0' },
    one: { type: 'string' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const MOST_SECONDS = 2;
const mostBytes = (size: number) => 10 * size + 64e6;
/** Without a word by then, a process is asked for no more; its mutant is read again alone, and then this is a hang. */
const SILENCE_MS = 60_000;

const seed = Number(options.seed);

/** What reading one mutant took. */
interface Measured {
  readonly index: number;
  readonly size: number;
  readonly refused: boolean;
  readonly fault?: string;
  readonly seconds: number;
  readonly bytes: number;
}

function resident(field: 'VmHWM' | 'VmRSS'): number {
  const kilobytes = new RegExp(`${field}:\\s*(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** In the child: reads mutants and tells of each that is remarkable, of the others by hundreds. */
async function readThem(name: ReaderName, from: number, to: number): Promise<void> {
  const reader = await openReader(name);
  const send = (message: unknown) => new Promise((resolve) => process.send!(message, undefined, {}, resolve));
  for (let index = from; index < to; index++) {
    const bytes = mutant(reader.seeds, contentOf(name), index, seed);
    await send({ begun: index });
    // From here on the peak is counted anew.
    writeFileSync('/proc/self/clear_refs', '5');
    const before = resident('VmRSS');
    const cpu = process.cpuUsage();
    const { fault, refused } = await judged(reader, bytes);
    const { user, system } = process.cpuUsage(cpu);
    const measured = {
      index,
      size: bytes.length,
      refused: refused !== undefined,
      fault,
      seconds: (user + system) / 1e6,
    };
    await send({ ...measured, bytes: Math.max(0, resident('VmHWM') - before) } satisfies Measured);
  }
  reader.close();
  process.disconnect();
}

/** In the parent: a child's measurements, until it ends; `died` is where it did so too soon. */
function run(name: ReaderName, from: number, to: number): Promise<{ all: Measured[]; died?: string; at: number }> {
  const args = ['--child', '--reader', name, '--seed', String(seed), '--from', String(from), '--to', String(to)];
  const execArgv = ['--import', 'tsx', '--max-old-space-size=1024', '--max-semi-space-size=8'];
  const child = fork(fileURLToPath(import.meta.url), args, { execArgv, silent: true });
  const all: Measured[] = [];
  let at = from;
  let silent: NodeJS.Timeout | undefined;
  let isHung = false;
  let said = '';
  const listen = () => {
    clearTimeout(silent);
    silent = setTimeout(() => {
      isHung = true;
      child.kill('SIGKILL');
    }, SILENCE_MS);
  };
  child.stderr!.on('data', (text) => {
    said = (said + String(text)).slice(-500);
  });
  child.on('message', (message: { begun: number } | Measured) => {
    listen();
    if ('begun' in message) at = message.begun;
    else all.push(message);
  });
  listen();
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearTimeout(silent);
      const died = isHung ? 'hung' : code === 0 ? undefined : `ended the process (${code}): ${said}`;
      resolve({ all, died, at });
    }),
  );
}

function faultOf({ fault, seconds, bytes, size }: Measured): string | undefined {
  if (fault !== undefined) return fault;
  if (seconds > MOST_SECONDS) return `took ${seconds.toFixed(2)} s`;
  if (bytes > mostBytes(size)) return `took ${(bytes / 1e6).toFixed(0)} MB for ${size} bytes`;
  return undefined;
}

async function fuzz(name: ReaderName, count: number) {
  const all: Measured[] = [];
  const faults: { index: number; fault: string }[] = [];
  for (let from = 0; from < count; ) {
    const { all: some, died, at } = await run(name, from, count);
    const suspects = some.filter((each) => faultOf(each) !== undefined).map(({ index }) => index);
    if (died !== undefined) suspects.push(at);
    all.push(...some.filter(({ index }) => !suspects.includes(index)));
    for (const index of suspects.slice(0, 30)) {
      const again = await run(name, index, index + 1);
      const fault = again.died ?? faultOf(again.all[0]!);
      if (fault === undefined) all.push(again.all[0]!);
      else faults.push({ index, fault });
    }
    faults.push(...suspects.slice(30).map((index) => ({ index, fault: 'one of many' })));
    from = died === undefined ? count : at + 1;
  }
  return {
    name,
    count,
    refused: all.filter(({ refused }) => refused).length,
    faults,
    mostSeconds: Math.max(...all.map(({ seconds }) => seconds)),
    mostMegabytes: Math.max(...all.map(({ bytes }) => bytes)) / 1e6,
  };
}

const names = (options.reader ?? READER_NAMES) as ReaderName[];
if (options.child) {
  await readThem(names[0]!, Number(options.from), Number(options.to));
} else if (options.one !== undefined) {
  const reader = await openReader(names[0]!);
  const bytes = mutant(reader.seeds, contentOf(names[0]!), Number(options.one), seed);
  if (options.keep !== undefined) writeFileSync(options.keep, bytes);
  process.stdout.write(`${bytes.length} bytes: ${JSON.stringify(await judged(reader, bytes))}\n`);
  reader.close();
} else {
  const table = new Table({
    head: ['reader', 'mutants', 'refused', 'faults', 'most s', 'most MB'],
    style: { head: [] },
  });
  for (const name of names) {
    const result = await fuzz(name, Number(options.count));
    const { count, refused, faults, mostSeconds, mostMegabytes } = result;
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    for (const { index, fault } of faults) process.stderr.write(`${name}, mutant ${index}: ${fault}\n`);
    table.push([name, count, refused, faults.length, mostSeconds.toFixed(2), mostMegabytes.toFixed(0)]);
  }
  if (!options.json) process.stdout.write(`${table.toString()}\n`);
}
