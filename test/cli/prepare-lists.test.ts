import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { filelistLines } from '../../src/audio/filelist.ts';
import { filelistText, listPaths, writeLists } from '../../src/cli/prepare-lists.ts';
import { InputError } from '../../src/formats/input-error.ts';

const root = mkdtempSync(join(tmpdir(), 'prepare-lists-'));
afterAll(() => rmSync(root, { recursive: true }));

const folder = join(root, 'lists');
const at = (name: string) => join(folder, name);
beforeEach(() => rmSync(folder, { recursive: true, force: true }));

describe('filelistText', () => {
  test('leads from the folder of the list, or from the root', () => {
    const paths = ['/data/lists/a.wav', '/data/wavs/two words.flac', '/other/b.ogg'];
    expect(filelistText('/data/lists', paths, false)).toBe('a.wav\n../wavs/two words.flac\n../../other/b.ogg\n');
    expect(filelistText('/data/lists', paths, true)).toBe(`${paths.join('\n')}\n`);
  });

  test('reads back as the same paths, whatever their names are', () => {
    const strange = fc.constantFrom(' ', '#', '|', '\u00a0', '\ufeff', '"', '\\', '\t', "'", '.', 'é', '日');
    const name = fc.string({ unit: fc.oneof(strange, fc.constantFrom('a', 'b')), minLength: 1, maxLength: 6 });
    const paths = fc.array(fc.tuple(fc.constantFrom('/data/lists', '/data', '/'), name), { minLength: 1 });
    fc.assert(
      fc.property(paths, fc.boolean(), (parts, absolute) => {
        const files = parts.map(([start, text]) => join(start, `${text}.wav`));
        const lines = filelistLines(Buffer.from(filelistText('/data/lists', files, absolute)), 'list');
        expect(lines.map((line) => resolve('/data/lists', line.name))).toEqual(files);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('writeLists', () => {
  const lists = (train: string, tested: string) => [
    { path: at('test.txt'), text: tested },
    { path: at('train.txt'), text: train },
  ];
  const there = () => readdirSync(folder).map((name) => [name, readFileSync(at(name), 'utf8')]);

  test('writes them into a new folder, and leaves nothing else there', async () => {
    expect(await writeLists(folder, lists('a\n', 'b\n'), false)).toEqual([at('test.txt'), at('train.txt')]);
    expect(there()).toEqual([
      ['test.txt', 'b\n'],
      ['train.txt', 'a\n'],
    ]);
  });

  test('writes nothing where they are there already, and the one that is missing', async () => {
    await writeLists(folder, lists('a\n', 'b\n'), false);
    expect(await writeLists(folder, lists('a\n', 'b\n'), false)).toEqual([]);
    rmSync(at('test.txt'));
    expect(await writeLists(folder, lists('a\n', 'b\n'), false)).toEqual([at('test.txt')]);
  });

  test.each([
    ['c\n', 'b\n', 'train.txt'],
    ['a\n', 'c\n', 'test.txt'],
    ['', 'b\n', 'train.txt'],
  ])('changes nothing where another one is there, but with force all', async (train, tested, inTheWay) => {
    await writeLists(folder, lists('a\n', 'b\n'), false);
    await expect(writeLists(folder, lists(train, tested), false)).rejects.toThrow(
      new InputError(`${at(inTheWay)}: expected no file or the same list, got another one; --force replaces it`),
    );
    expect(there().map(([, text]) => text)).toEqual(['b\n', 'a\n']);
    expect(await writeLists(folder, lists(train, tested), true)).toEqual([at(inTheWay)]);
    expect(there().map(([, text]) => text)).toEqual([tested, train]);
  });

  test('leaves no list of an older split beside one of a newer where it ends in between', async () => {
    await writeLists(folder, lists('a\n', 'b\n'), false);
    // There is room for this name in a folder, but not for the longer one of the temporary file.
    const unwritable = { path: at('x'.repeat(250)), text: '' };
    const [tested, train] = lists('b\n', 'a\n');
    await expect(writeLists(folder, [tested!, unwritable, train!], true)).rejects.toThrow(
      /^.*lists: filelists cannot be written here: ENAMETOOLONG/,
    );
    expect(there()).toEqual([['test.txt', 'a\n']]);
  });

  test('says where they cannot be written', async () => {
    mkdirSync(at('train.txt'), { recursive: true });
    await expect(writeLists(folder, lists('a\n', 'b\n'), true)).rejects.toThrow(
      /^.*lists: filelists cannot be written here: EISDIR[^\n]*$/,
    );
    const file = join(root, 'file');
    writeFileSync(file, 'text');
    const below = join(file, 'lists');
    await expect(writeLists(below, [{ path: join(below, 'train.txt'), text: '' }], true)).rejects.toThrow(
      /^.*file\/lists: filelists cannot be written here: /,
    );
  });
});

test('the second list has our name or the reference’s', () => {
  expect(listPaths('lists/')).toEqual({ train: 'lists/train.txt', tested: 'lists/test.txt' });
});
