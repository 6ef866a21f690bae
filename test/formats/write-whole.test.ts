import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
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

test.each(['taken', 'new/'])('refuses %s, the name of a folder', async (name) => {
  await mkdir(join(folder, 'taken'));
  const path = `${folder}/${name}`;
  await expect(writeWhole(path, 'text')).rejects.toThrow(
    new InputError(`${path}: expected a file to write, got the name of a folder`),
  );
  expect(await readdir(folder)).toEqual(['taken']);
});

test('removes the temporary file when it cannot be written', async () => {
  await expect(writeWhole(join(folder, 'x'), 5 as never)).rejects.toThrow(TypeError);
  expect(await readdir(folder)).toEqual([]);
});

test('writes what a link leads to, and leaves the link', async () => {
  await writeFile(join(folder, 'real'), 'old');
  await symlink('real', join(folder, 'link'));
  await writeWhole(join(folder, 'link'), 'new');
  expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new');
  expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
});

test('writers at the same time each write the whole file', async () => {
  const path = join(folder, 'x');
  const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
  await Promise.all(contents.map((content) => writeWhole(path, content)));
  expect(contents).toContain(await readFile(path, 'utf8'));
  expect(await readdir(folder)).toEqual(['x']);
});
