import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FakeSearch, type FakeWorker, fakeSearch, fakeWorker, PREFIX } from './fake-search.ts';
import { HAS_REDIS, type RedisServer, startRedis } from './redis-server.ts';

const PATIENT = { timeout: 60_000 };

describe.skipIf(!HAS_REDIS)('a pool on a queue', () => {
  let server: RedisServer;
  let search: FakeSearch;
  const workers: FakeWorker[] = [];
  const results = () => `${PREFIX}:run-${search.run}:results`;

  async function join(options: Parameters<typeof fakeWorker>[2] = {}): Promise<FakeWorker> {
    const worker = await fakeWorker(server, search, options);
    workers.push(worker);
    return worker;
  }

  beforeEach(async () => {
    server = await startRedis();
    search = await fakeSearch(server);
  });

  afterEach(async () => {
    search.pool.cancel();
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    await search.close();
    await server.close();
  });

  test('gives each task its own result, from whichever worker, however late that comes', PATIENT, async () => {
    const values = Array.from({ length: 60 }, (_, value) => value);
    const all = values.map((value) => search.pool.run({ value, ms: 5 }));
    expect(search.pool.workers).toBe(1);
    const [one, other] = [await join({ name: 'one', slots: 2 }), await join({ name: 'other', slots: 3 })];
    expect(await Promise.all(all)).toEqual(values);
    expect(one.done.length).toBeGreaterThan(0);
    expect(other.done.length).toBeGreaterThan(0);
    expect([...one.done, ...other.done].toSorted((a, b) => a - b)).toEqual(values);
    await vi.waitFor(() => expect(search.pool.workers).toBe(5), 10_000);
    await one.close();
    await vi.waitFor(() => expect(search.pool.slots).toEqual([3]), 10_000);
  });

  test('rejects with the message of what a task throws, and goes on', async () => {
    await join();
    await expect(search.pool.run({ value: 1, throws: 'clip 3 is silent' })).rejects.toThrow(/^clip 3 is silent$/);
    expect(await search.pool.run({ value: 2 })).toBe(2);
  });

  test('takes a result that comes twice once, and none of a task that it does not know', async () => {
    const result = search.pool.run({ value: 7 });
    const reply = (value: number) => JSON.stringify({ kind: 'done', worker: 'late', mark: 'mark', result: value });
    await server.client.xadd(results(), '*', 't1-1', reply(7), 't1-1', reply(8), 't99-1', reply(9));
    await server.client.xadd(results(), '*', 't1-1', reply(7));
    expect(await result).toBe(7);
    await server.client.xadd(results(), '*', 't1-1', reply(8));
    await join();
    expect(await search.pool.run({ value: 3 })).toBe(3);
    await vi.waitFor(async () => expect(await server.client.xlen(results())).toBe(0), 10_000);
    expect(search.said).toEqual([]);
  });

  test.each([
    ['{', 'not JSON'],
    ['{"kind":"done"}', 'worker: Invalid input'],
    ['{"kind":"done","worker":"w","mark":"mark","result":"7"}', 'expected number, received string'],
    ['{"kind":"done","worker":"w","mark":"another","result":7}', 'w has made another probe evaluation than the study'],
  ])('says that a result is damaged, and sends its task again: %s', async (text, sentence) => {
    const result = search.pool.run({ value: 7 });
    await server.client.xadd(results(), '*', 't1-1', text);
    await vi.waitFor(() => expect(search.said).toEqual([expect.stringContaining(sentence)]), 10_000);
    expect(search.said[0]).toMatch(/; the task is sent again\.$/);
    await join();
    expect(await result).toBe(7);
  });

  test('sends a task again that comes damaged to a worker', async () => {
    const result = search.pool.run({ value: 7 });
    const key = `${PREFIX}:run-${search.run}:t1-1`;
    await vi.waitFor(async () => expect(await server.client.hget(key, 'data')).toBe('{"value":7}'), 10_000);
    await server.client.hset(key, 'data', '{"value":"7"}');
    await join();
    expect(await result).toBe(7);
    expect(search.said).toEqual(['worker could not read a task: no task; the task is sent again.']);
  });

  test('does not count a worker that says nothing that can be read of itself', async () => {
    await server.client.sadd(`${PREFIX}:workers`, 'odd');
    await server.client.set(`${PREFIX}:worker:odd`, '{"run":1}');
    await vi.waitFor(() => expect(search.said).toEqual([expect.stringContaining('run: Invalid input')]), 10_000);
    expect(search.pool.slots).toEqual([]);
  });

  test('does all again that Redis has forgotten', PATIENT, async () => {
    const all = [1, 2, 3].map((value) => search.pool.run({ value }));
    await vi.waitFor(async () => expect(await server.client.llen(`${PREFIX}:run-${search.run}:wait`)).toBe(3), 10_000);
    await server.client.flushall();
    await join();
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
  });

  test('waits for a Redis that is restarted, and says so once', PATIENT, async () => {
    const worker = await join({ slots: 2 });
    const values = Array.from({ length: 30 }, (_, value) => value);
    const all = values.map((value) => search.pool.run({ value, ms: 100 }));
    await all[3];
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await server.start();
    expect(await Promise.all(all)).toEqual(values);
    const lost = [
      `The connection to ${server.url} is lost; waiting for it.`,
      `The connection to ${server.url} is back.`,
    ];
    expect(search.said).toEqual(lost);
    expect(worker.said).toEqual(lost);
  });

  test('gives the task of a worker that is cut off to another', PATIENT, async () => {
    const lost = await join({ name: 'lost' });
    const result = search.pool.run({ value: 7, ms: 1_000 });
    await vi.waitFor(async () => {
      expect(await server.client.llen(`${PREFIX}:run-${search.run}:active`)).toBe(1);
    }, 10_000);
    // As a machine that is turned off.
    lost.connection.redis.disconnect();
    await join({ name: 'other' });
    expect(await result).toBe(7);
    expect(workers[1]!.done).toEqual([7]);
  });

  test('lets go of all tasks when it is cancelled, and tells workers', PATIENT, async () => {
    const worker = await join();
    const all = [1, 2, 3].map((value) => search.pool.run({ value, ms: 3_000 }));
    search.pool.cancel();
    expect(await Promise.all(all)).toEqual([-1, -1, -1]);
    expect(await search.pool.run({ value: 4 })).toBe(-1);
    await worker.serving.ended;
  });

  test('leaves nothing in Redis but that it has ended', PATIENT, async () => {
    const worker = await join();
    await Promise.all([1, 2, 3].map((value) => search.pool.run({ value })));
    await search.pool.close();
    await worker.serving.ended;
    await worker.close();
    const ended = `${PREFIX}:run-${search.run}:ended`;
    expect(await server.client.keys('*')).toEqual([ended]);
    expect(await server.client.pttl(ended)).toBeGreaterThan(0);
  });

  test('has keys that expire where it cannot remove them', async () => {
    await join();
    expect(await search.pool.run({ value: 1 })).toBe(1);
    void search.pool.run({ value: 2, ms: 2_000 });
    void search.pool.run({ value: 3 });
    await vi.waitFor(async () => {
      const keys = await server.client.keys(`${PREFIX}:run-*:t3-1`);
      expect(await server.client.pttl(keys[0]!)).toBeGreaterThan(0);
    }, 10_000);
    expect(await server.client.pttl(results())).toBeGreaterThan(0);
    expect(await server.client.pttl(`${PREFIX}:study`)).toBeGreaterThan(0);
  });

  test('is refused where another search has its prefix', PATIENT, async () => {
    await expect(fakeSearch(server, 'fedcba9876543210')).rejects.toThrow(
      /^test: the search of process \d+ on here, begun 1970-.*, is running under this prefix; --prefix names another$/,
    );
    expect(search.said).toEqual([]);
  });

  test('has a prefix at once whose search was killed on this machine', async () => {
    await search.pool.close();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = { protocol: 1, program: '0', run: search.run, host: hostname(), pid, start: 0, content: {} };
    await server.client.set(`${PREFIX}:study`, JSON.stringify(dead), 'PX', 15_000);
    const begin = performance.now();
    const next = await fakeSearch(server, 'fedcba9876543210');
    await next.close();
    expect(next.said).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  test('ends where another search has taken its prefix', PATIENT, async () => {
    const result = expect(search.pool.run({ value: 1 })).rejects.toThrow(
      /^test: a search of another version has taken this prefix/,
    );
    await server.client.set(`${PREFIX}:study`, '{}');
    await result;
    await expect(search.pool.run({ value: 1 })).rejects.toThrow('has taken this prefix');
  });
});
