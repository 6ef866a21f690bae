import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HAS_REDIS, type RedisServer, startRedis } from '../pool/redis-server.ts';
import { programOf, sandbox } from './sandbox.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));
const PASSWORD = 'secret';

/** The tiny network on a tenth of a second of two clips. */
const TINY = ['--model', 'model/checkpoint.pt', '--clip-count', '2', '--clip-seconds', '0.1', '--budget', '90'];

const { at, shell, examples, loadedBy } = sandbox('schedule-worker', 'schedule-search');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
interface Started {
  readonly child: ChildProcess;
  /** What it has said so far on standard error. */
  readonly said: () => string;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();

function start(command: string, ...args: readonly string[]): Started {
  const child = spawn(process.execPath, [programOf(command), ...args], { cwd: at() });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status) => {
      running.delete(child);
      resolve({ status, stdout, stderr });
    });
  });
  return { child, said: () => stderr, ended };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const linesOf = (path: string) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8').split('\n').length - 1 : 0);

/** trials.csv without the column of seconds. */
function trials(study: string): string[][] {
  const rows = readFileSync(at(study, 'trials.csv'), 'utf8').trimEnd().split('\n');
  const seconds = rows[0]!.split(',').indexOf('seconds');
  return rows.map((row) => row.split(',').toSpliced(seconds, 1));
}

const bestOf = (study: string) => JSON.parse(readFileSync(at(study, 'best.json'), 'utf8'));

test('needs a --queue', () => {
  const { status, stderr } = shell('schedule-worker');
  expect(stderr).toContain('schedule-worker: --queue says where the searches are, such as redis://host\n');
  expect(status).toBe(2);
});

test.each([
  ['--mixed', '--mixed goes with --queue, which is missing'],
  ['--prefix night', '--prefix goes with --queue, which is missing'],
  ['--queue redis://host --jobs 2', '--jobs is for schedule-worker where there is a --queue; got both'],
  ['--queue redis://host --coarse int8', '--queue does not go with --coarse int8; got both'],
  [
    '--queue redis://host --engine tensorflow',
    '--queue is for --engine onnxruntime on --device cpu, got tensorflow on cpu',
  ],
  [
    '--queue redis://host --device webgpu',
    '--queue is for --engine onnxruntime on --device cpu, got onnxruntime on webgpu',
  ],
  ["--queue redis://host --prefix 'a b'", '--prefix must be letters, digits, and any of . : _ -, at most 100, got a b'],
])('schedule-search %s is one sentence', (options, sentence) => {
  const { status, stderr } = shell(`schedule-search ${options}`);
  expect(stderr).toContain(`schedule-search: ${sentence}\n`);
  expect(status).toBe(2);
});

test('--help of both loads no queue', () => {
  for (const command of ['schedule-worker', 'schedule-search'])
    expect(loadedBy(`${command} --help`)).not.toMatch(/node_modules\/(bullmq|ioredis)\//);
});

describe.skipIf(!HAS_REDIS)('a search on a queue', () => {
  let server: RedisServer;
  let queue: string;

  beforeAll(async () => {
    server = await startRedis(['--requirepass', PASSWORD]);
    queue = `redis://:${PASSWORD}@127.0.0.1:${server.port}`;
    mkdirSync(at('model'));
    cpSync(FIXTURE, at('model'), { recursive: true });
  });
  afterAll(() => server.close());
  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await until(() => running.size === 0);
    await server.client.flushall();
  });

  const worker = (...options: readonly string[]) =>
    start('schedule-worker', '--queue', queue, '--jobs', '1', '--cache', 'cache', ...options);

  test('makes the study of --jobs 1, though a worker is killed', { timeout: 300_000 }, async () => {
    const first = worker('--json');
    expect(await start('schedule-search', ...TINY, '--jobs', '1', '--study', 'local').ended).toMatchObject({
      status: 0,
    });
    const search = start('schedule-search', ...TINY, '--queue', queue, '--study', 'queued');
    await until(() => linesOf('queued/journal.jsonl') > 8);
    first.child.kill('SIGKILL');
    // What it had fetched was damaged meanwhile.
    for (const name of readdirSync(at('cache'))) writeFileSync(at('cache', name), 'damaged');
    const second = worker('--json', '--once');
    const { status, stderr } = await search.ended;
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining('Waiting for workers: schedule-worker --queue redis://127'),
    ]);
    expect(trials('queued')).toEqual(trials('local'));
    expect(bestOf('queued').betas).toEqual(bestOf('local').betas);
    expect(bestOf('queued').provenance.outcome.finalists).toEqual(bestOf('local').provenance.outcome.finalists);
    for (const name of readdirSync(at('local/listening')))
      expect(readFileSync(at('queued/listening', name)).equals(readFileSync(at('local/listening', name)))).toBe(true);
    const ended = await second.ended;
    expect(ended.status).toBe(0);
    const { study, evaluations } = JSON.parse(ended.stdout);
    expect(study).toMatch(/^checkpoint\.pt \([0-9a-f]{8}\)$/);
    expect(evaluations).toBeGreaterThan(0);
    const written = ['study.json', 'best.json', 'journal.jsonl'].map((name) =>
      readFileSync(at('queued', name), 'utf8'),
    );
    expect([stderr, first.said(), ended.stderr, ...written].join('')).not.toContain(PASSWORD);
  });

  test('stops at Ctrl-C and goes on with the command that it says; so do workers', { timeout: 300_000 }, async () => {
    const one = worker();
    const search = start('schedule-search', ...TINY, '--queue', queue, '--study', 'stopped', '--mixed');
    await until(() => linesOf('stopped/journal.jsonl') > 5);
    search.child.kill('SIGINT');
    const stopped = await search.ended;
    expect(stopped.status).toBe(130);
    const command = stopped.stderr.match(/To go on: (.*)/)![1]!;
    expect(command).toContain(`--queue redis://127.0.0.1:${server.port} `);
    expect(command).not.toContain(PASSWORD);
    expect((await server.client.keys('*')).filter((key) => !/:(file|worker|workers|ended)\b/.test(key))).toEqual([]);

    const resumed = shell(`WAVEGRAD_QUEUE_PASSWORD=${PASSWORD} ${command}`);
    expect(resumed).toMatchObject({ status: 0, stderr: expect.stringMatching(/Going on: \d+ evaluations/) });
    one.child.kill('SIGINT');
    const { status, stdout } = await one.ended;
    expect(status).toBe(130);
    // For the search, and for its end.
    expect(stdout.split('\n')).toHaveLength(3);
    expect(JSON.parse(readFileSync(at('stopped/study.json'), 'utf8')).mixed).toEqual({ scoresAgreeTo: 1e-4 });
    expect(readFileSync(at('reports/stopped.html'), 'utf8')).toContain('whose scores agree to 0.0001 of them');
  });

  const announced = {
    protocol: 1,
    program: '0.0.1',
    run: '0123456789abcdef',
    host: 'h',
    pid: 1,
    start: 0,
    content: {},
  };

  test('of another version is refused by every example of --help', { timeout: 120_000 }, async () => {
    const commands = examples();
    expect(commands).toHaveLength(3);
    for (const prefix of ['wavegrad', 'night']) await server.client.set(`${prefix}:study`, JSON.stringify(announced));
    for (const example of commands) {
      const { status, stderr } = shell(example.replace(/rediss?:\S+/, queue));
      expect(stderr).toMatch(
        /^schedule-worker: redis:\/\/127\S+, (wavegrad|night): the search is of wavegrad-schedules 0\.0\.1, and this worker of \d\S+: both must be the same$/m,
      );
      expect([example, status]).toEqual([example, 1]);
    }
  });

  test('that cannot be read is waited out', { timeout: 60_000 }, async () => {
    await server.client.set('wavegrad:study', '{"protocol":1');
    const one = worker();
    await until(() => one.said().includes('Waiting for a search'));
    expect(one.said()).toMatch(/, wavegrad: not JSON: .*; it is no search that this worker can read\.\n/);
    one.child.kill('SIGTERM');
    expect((await one.ended).status).toBe(130);
  });

  test('where there is none is one sentence', async () => {
    const { status, stderr } = shell(`schedule-worker --queue redis://:wrong@127.0.0.1:${server.port}`);
    expect(stderr).toMatch(/^schedule-worker: redis:\/\/127\.0\.0\.1:\d+: the password was not accepted; .*\n$/);
    expect(status).toBe(1);
  });
});
