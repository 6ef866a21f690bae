/**
 * How busy a coordinator keeps simulated workers on one Redis, by the length of their tasks, and whether its memory stays flat over many tasks:
 *
 *   node --expose-gc --import tsx bench/faults/queue-load.ts [--workers 100] [--seconds 15] [--lengths 1000,300,100,30] [--tasks 100000]
 *
 * Redis, the workers (in two processes) and the coordinator share this machine. Busy is what the tasks should take over what they took, from the time when each
 * worker has had two of them.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type FakeSearch, type FakeTask, fakeSearch } from '../../test/pool/fake-search.ts';
import { type RedisServer, startRedis } from '../../test/pool/redis-server.ts';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '15' },
    lengths: { type: 'string', default: '1000,300,100,30' },
    tasks: { type: 'string', default: '100000' },
  },
});
const workers = Number(values.workers);
const seconds = Number(values.seconds);
const tasks = Number(values.tasks);

/** Of a task. */
const lengthsMs = values.lengths.split(',').filter(Boolean).map(Number);
const PROCESSES = 2;
const MARKS = 10;

async function withWorkers(
  server: RedisServer,
  count: number,
  slots: number,
  work: (search: FakeSearch) => Promise<void>,
): Promise<void> {
  const search = await fakeSearch(server, randomBytes(8).toString('hex'));
  const program = new URL('./queue-load-workers.ts', import.meta.url);
  const children = Array.from({ length: PROCESSES }, () =>
    fork(program, [server.url, search.run, `${count / PROCESSES}`, `${slots}`], { execArgv: ['--import', 'tsx'] }),
  );
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))));
  while (search.pool.slots.length < count) await new Promise((resolve) => setTimeout(resolve, 100));
  await work(search);
  const ended = Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  await search.close();
  await ended;
}

/** Runs tasks, two for each that workers do at once, as a search does; `onDone` is told how many are done. */
async function feed({ pool }: FakeSearch, task: FakeTask, total: number, onDone: (done: number) => void) {
  let begun = 0;
  let done = 0;
  const lane = async () => {
    while (begun++ < total) {
      await pool.run(task);
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: 2 * pool.workers }, lane));
}

const print = (line: string) => process.stdout.write(`${line}\n`);

const server = await startRedis();
print(`Redis and all ${workers} workers on ${availableParallelism()} cores, appendfsync always\n`);
print('| a task | tasks/s | busy |\n| --- | --- | --- |');
await withWorkers(server, workers, 1, async (search) => {
  for (const ms of lengthsMs) {
    const warm = 2 * workers;
    const total = warm + Math.round((workers * seconds * 1000) / ms);
    let [begin, end] = [0, 0];
    await feed(search, { value: 1, ms }, total, (done) => {
      if (done === warm) begin = performance.now();
      if (done === total - workers) end = performance.now();
    });
    const count = total - workers - warm;
    const busy = (count * ms) / (workers * (end - begin));
    print(`| ${ms / 1000} s | ${((1000 * count) / (end - begin)).toFixed(0)} | ${(100 * busy).toFixed(1)} % |`);
  }
});

print(`\n| of ${tasks} tasks that take no time | heap of the coordinator, MB | resident, MB |\n| --- | --- | --- |`);
const begin = performance.now();
await withWorkers(server, 4, 8, (search) =>
  feed(search, { value: 1 }, tasks, (done) => {
    if (done % (tasks / MARKS) !== 0) return;
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    print(`| ${done} | ${(heapUsed / 1e6).toFixed(1)} | ${(rss / 1e6).toFixed(0)} |`);
  }),
);
print(`\n${(tasks / ((performance.now() - begin) / 1000)).toFixed(0)} tasks a second.`);
await server.close();
