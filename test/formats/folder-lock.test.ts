import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from '../../src/formats/folder-lock.ts';
import { InputError } from '../../src/formats/input-error.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(folder, 'study.lock');
});

afterEach(() => rmSync(folder, { recursive: true }));

const lock = () =>
  lockFolder(folder, { name: 'study.lock', by: 'another search is writing this study', instead: 'name another' });

/** Writes the lock that this process would have made, with changes. */
async function leave(changes: Record<string, unknown>): Promise<string> {
  const held = await lock();
  const owner = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  await held.release();
  const text = `${JSON.stringify({ ...owner, ...changes })}\n`;
  writeFileSync(path, text);
  return text;
}

test('a folder is had by one at a time, and the refusal says who has it since when', async () => {
  const held = await lock();
  const minute = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`;
  await expect(lock()).rejects.toThrow(
    new RegExp(
      `^${folder}: another search is writing this study \\(process ${process.pid} on ${hostname()} since ${minute}\\); wait for it, or name another$`,
    ),
  );
  await expect(lock()).rejects.toBeInstanceOf(InputError);
  await held.release();
  expect(readdirSync(folder)).toEqual([]);
  const again = await lock();
  // The first may no longer let others in.
  await held.release();
  await expect(lock()).rejects.toThrow('another search');
  await again.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('what an ended process left behind is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const left = await leave({ pid });
  const held = await lock();
  expect(readFileSync(path, 'utf8')).not.toBe(left);
  await expect(lock()).rejects.toThrow('another search');
  await held.release();
  expect(readdirSync(folder)).toEqual([]);
});

test.runIf(existsSync('/proc/self/stat'))(
  'so is that of a process whose number another one has by now, or after the machine started again',
  async () => {
    const held = await lock();
    const { process: name } = JSON.parse(readFileSync(path, 'utf8')) as { process: string };
    await held.release();
    const [boot, start] = name.split(' ');
    for (const other of [`${boot} ${Number(start) - 1}`, `00000000-0000-0000-0000-000000000000 ${start}`]) {
      await leave({ process: other });
      await (await lock()).release();
    }
    await leave({});
    await expect(lock()).rejects.toThrow('another search');
  },
);

test.each([
  ['another machine', { host: 'elsewhere' }],
  ['a container that may be another one', { namespace: 'pid:[1]' }],
])('one of %s is refused with what to do where nothing is at it any more', async (_, changes) => {
  const left = await leave({ ...changes, since: new Date(2026, 10, 23, 8, 12).toISOString() });
  await expect(lock()).rejects.toThrow(
    `since 2026-11-23 08:12); wait for it, or name another, or delete ${path} if that machine is no longer at it`,
  );
  expect(readFileSync(path, 'utf8')).toBe(left);
});

test('of many that take over the same lock one has it', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  for (let round = 0; round < 20; round++) {
    await leave({ pid });
    const all = await Promise.allSettled(Array.from({ length: 12 }, lock));
    const held = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const refused = all.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(held).toHaveLength(1);
    expect(refused.every((error) => error instanceof InputError)).toBe(true);
    await held[0]!.release();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test.each(['', '{"format":1', '{"format":2}', 'owner: me'])('a lock of %j is refused in one sentence', async (text) => {
  writeFileSync(path, text);
  await expect(lock()).rejects.toThrow(/^.*study\.lock: .*; delete it if nothing writes here$/);
  await expect(lock()).rejects.toBeInstanceOf(InputError);
});

test('a process that ends without releasing it leaves none', () => {
  const module = fileURLToPath(new URL('../../src/formats/folder-lock.ts', import.meta.url));
  const program = `import { lockFolder } from ${JSON.stringify(module)};
    await lockFolder(${JSON.stringify(folder)}, { name: 'study.lock', by: '', instead: '' });
    console.log(JSON.stringify(process.pid));
    setTimeout(() => {}, 60_000);
    process.exit(0);`;
  const tsx = import.meta.resolve('tsx');
  const { status, stderr } = spawnSync(process.execPath, ['--import', tsx, '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(readdirSync(folder)).toEqual([]);
});
