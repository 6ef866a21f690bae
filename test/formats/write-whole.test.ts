import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from '../../src/formats/write-whole.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-whole-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('writes text and bytes, in folders that it creates', async () => {
  const path = join(folder, 'a', 'b', 'c.txt');
  await writeWhole(path, 'é\n');
  expect([...(await readFile(path))]).toEqual([0xc3, 0xa9, 0x0a]);
  await writeWhole(path, Uint8Array.of(0, 255));
  expect([...(await readFile(path))]).toEqual([0, 255]);
});

test('leaves nothing beside the file', async () => {
  await writeWhole(join(folder, 'x.json'), '{}');
  expect(await readdir(folder)).toEqual(['x.json']);
});

test('removes the temporary file when it cannot be renamed', async () => {
  await mkdir(join(folder, 'taken'));
  await writeFile(join(folder, 'taken', 'inside'), '');
  await expect(writeWhole(join(folder, 'taken'), 'text')).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['taken']);
});

test('writers at the same time each write the whole file', async () => {
  const path = join(folder, 'x');
  const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
  await Promise.all(contents.map((content) => writeWhole(path, content)));
  expect(contents).toContain(await readFile(path, 'utf8'));
  expect(await readdir(folder)).toEqual(['x']);
});
