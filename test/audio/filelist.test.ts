import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { filelistLines, findAudio, listAudio, passedOverRemarks, readFilelist } from '../../src/audio/filelist.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { survivesMutations } from '../mutations.ts';

const folder = mkdtempSync(join(tmpdir(), 'filelist-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array = ''): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const AUDIO = [
  'wavs/a.wav',
  'wavs/two words.FLAC',
  'wavs/"quoted".ogg',
  'wavs/b.oga',
  'wavs/deep/c.Mp3',
  'wavs/x|y.wav',
];
const paths = AUDIO.map((name) => file(name));
file('wavs/notes.txt');
file('wavs/no extension');

describe('readFilelist', () => {
  test('takes paths in its order, with all that may be in their names', async () => {
    const list = file(
      'lists/train.txt',
      [
        '../wavs/x|y.wav',
        '',
        '# ../wavs/none.wav',
        '  ../wavs/two words.FLAC\t',
        ' # b',
        '../wavs/"quoted".ogg',
        paths[0],
      ].join('\n'),
    );
    expect(await readFilelist(list, { root: folder })).toEqual([paths[5], paths[1], paths[2], paths[0]]);
  });

  test('takes CRLF, a byte order mark and no line end at the end', async () => {
    const list = file('crlf.txt', '\uFEFFwavs/a.wav\r\n\r\n#\r\nwavs/b.oga');
    expect(await readFilelist(list)).toEqual([paths[0], paths[3]]);
  });

  test("takes what stands before a line's first | where it has a text", async () => {
    const list = file(
      'metadata.csv',
      'wavs/a.wav|Printing, in the only sense|with which\nwavs/two words.FLAC | 3 | x\nwavs/deep/c.Mp3|\n',
    );
    expect(await readFilelist(list)).toEqual([paths[0], paths[1], paths[4]]);
  });

  test('takes more files than are looked for at once', async () => {
    const list = file('long.txt', 'wavs/a.wav\n'.repeat(1000));
    expect(await readFilelist(list)).toEqual(Array.from({ length: 1000 }, () => paths[0]));
    const broken = file('broken.txt', `${'wavs/a.wav\n'.repeat(1000)}wavs/missing.wav\nwavs/missing-too.wav`);
    await expect(readFilelist(broken)).rejects.toThrow(
      new InputError(
        `${broken}: expected an audio file on line 1001, but there is no file ${join(folder, 'wavs/missing.wav')} (relative paths start from the list's own folder)`,
      ),
    );
  });

  test('takes relative paths from a root where one is given, and absolute ones as they are', async () => {
    const list = file('lists/rooted.txt', `a.wav\n${paths[1]}\ndeep/c.Mp3|text\n../wavs/b.oga`);
    expect(await readFilelist(list, { root: join(folder, 'wavs') })).toEqual([paths[0], paths[1], paths[4], paths[3]]);
    // A root within the working directory.
    const root = relative('', join(folder, 'wavs'));
    expect(await readFilelist(list, { root })).toEqual([paths[0], paths[1], paths[4], paths[3]]);
  });

  test('refuses what lies outside its folder, by .., an absolute path or a link, unless a root allows it', async () => {
    mkdirSync(join(folder, 'inside'));
    symlinkSync(paths[0]!, join(folder, 'inside/link.wav'));
    symlinkSync('../wavs', join(folder, 'inside/folder'));
    for (const name of [
      '../wavs/a.wav',
      paths[0]!,
      'link.wav',
      'folder/a.wav',
      'folder/../../wavs/a.wav',
      '../none.wav',
      '/none.wav',
    ]) {
      const list = file('inside/list.txt', `# voices\n\n${name}`);
      await expect(readFilelist(list)).rejects.toThrow(
        new InputError(
          `${list}: line 3: ${name} lies outside the list's own folder; --root DIR takes paths from DIR and allows the files below it`,
        ),
      );
    }
    const allowed = file('inside/list.txt', `../wavs/a.wav\n${paths[0]}\ninside/link.wav\n../inside/folder/a.wav`);
    expect(await readFilelist(allowed, { root: folder })).toEqual([
      paths[0],
      paths[0],
      join(folder, 'inside/link.wav'),
      join(folder, 'inside/folder/a.wav'),
    ]);
    const root = join(folder, 'inside');
    await expect(readFilelist(allowed, { root })).rejects.toThrow(
      `line 1: ../wavs/a.wav lies outside the root ${root}; `,
    );
    const hidden = file('inside/hidden.txt', '../\u001b[2J\u202e.wav');
    await expect(readFilelist(hidden)).rejects.toThrow(String.raw`line 1: ../\u001b[2J\u202e.wav lies outside`);
  });

  test('allows what is reached through a link to its own folder', async () => {
    symlinkSync('wavs', join(folder, 'same'));
    const list = file('wavs/list.txt', `a.wav\n${join(folder, 'same/a.wav')}`);
    expect(await readFilelist(join(folder, 'same/list.txt'))).toEqual([
      join(folder, 'same/a.wav'),
      join(folder, 'same/a.wav'),
    ]);
    expect(await readFilelist(list)).toEqual([paths[0], join(folder, 'same/a.wav')]);
  });

  test('says what was tried, and does not look beside the list where there is a root', async () => {
    file('beside/a.wav');
    const list = file('beside/list.txt', 'a.wav\n');
    expect(await readFilelist(list)).toEqual([join(folder, 'beside/a.wav')]);
    const root = join(folder, 'elsewhere');
    await expect(readFilelist(list, { root })).rejects.toThrow(
      new InputError(
        `${list}: expected an audio file on line 1, but there is no file ${join(root, 'a.wav')} (relative paths start from the root ${root})`,
      ),
    );
    const absolute = file('absolute.txt', join(folder, 'gone.wav'));
    await expect(readFilelist(absolute, { root: folder })).rejects.toThrow(
      new InputError(`${absolute}: expected an audio file on line 1, but there is no file ${join(folder, 'gone.wav')}`),
    );
  });

  test.each([
    ['missing.txt', '# comment\n\nwavs/none.wav\n', 'expected an audio file on line 3, but there is no file /'],
    ['folder.txt', 'wavs\n', 'expected the path of a .wav, .flac, .ogg, .oga or .mp3 file on line 1, got "wavs"'],
    ['text.txt', `wavs/a.wav\n${'words '.repeat(20)}`, 'file on line 2, got "words words'],
    ['empty.txt', '', 'expected the path of an audio file on each line, got none'],
    ['comments.txt', '# a.wav\r\n\r\n', 'got none'],
    ['nul.txt', 'wavs/a.wav\0', 'a filelist in UTF-8, got a binary file'],
    ['latin1.txt', Uint8Array.of(0xe9, 0x2e, 0x77, 0x61, 0x76), 'a filelist in UTF-8, got a binary file'],
    ['utf16.txt', Uint8Array.of(0xff, 0xfe, 0x61, 0x00), 'a filelist in UTF-8, got a binary file'],
  ])('refuses %s with one sentence that says where', async (name, content, expected) => {
    const path = file(name, content);
    await expect(readFilelist(path)).rejects.toThrow(InputError);
    await expect(readFilelist(path)).rejects.toThrow(expected);
    await expect(readFilelist(path)).rejects.toThrow(/^[^\n]+: expected [^\n]*[^.\n]$/);
  });

  test('refuses a list above 16 MiB unread, and one that is not there', async () => {
    const path = file('huge.txt');
    truncateSync(path, 2 ** 24 + 1);
    await expect(readFilelist(path)).rejects.toThrow(
      'the filelist cannot be read: at most 16777216 bytes were expected',
    );
    await expect(readFilelist(join(folder, 'none.txt'))).rejects.toThrow('there is no such file');
  });

  test('survives damage', async () => {
    const list = Buffer.from('# a comment\r\nwavs/a.wav\r\nwavs/two words.flac|text\n\n/absolute/c.mp3\n"q".ogg\n');
    const refused = await survivesMutations([list, Buffer.from('\uFEFFé.wav\n')], (bytes) =>
      filelistLines(bytes, 'list.txt'),
    );
    expect(refused).toBeGreaterThan(500);
  });
});

describe('listAudio', () => {
  test('finds the audio files of a folder and the folders in it, by every ending in either case', async () => {
    expect(await listAudio(join(folder, 'wavs'))).toEqual(paths.toSorted());
  });

  test('passes over names that begin with a dot and what is no file', async () => {
    const kept = file('mixed/base.wav');
    // What macOS leaves beside a file on other file systems.
    file('mixed/._base.wav');
    file('mixed/.trash/old.wav');
    mkdirSync(join(folder, 'mixed/folder.wav'));
    symlinkSync('nowhere.wav', join(folder, 'mixed/broken.wav'));
    expect(await listAudio(join(folder, 'mixed'))).toEqual([kept]);
  });

  test('follows links, but not in a circle', async () => {
    mkdirSync(join(folder, 'links/deep'), { recursive: true });
    symlinkSync(paths[0]!, join(folder, 'links/a.wav'));
    symlinkSync('../wavs/deep', join(folder, 'links/other'));
    symlinkSync('..', join(folder, 'links/deep/up'));
    expect(await listAudio(join(folder, 'links'))).toEqual(
      ['links/a.wav', 'links/other/c.Mp3'].map((name) => join(folder, name)),
    );
  });

  test('takes one file as it is, and another one for a filelist', async () => {
    expect(await listAudio(paths[1]!)).toEqual([paths[1]]);
    expect(await listAudio(file('one.lst', 'wavs/a.wav'))).toEqual([paths[0]]);
  });

  test('says which files of other kinds it passes over, and refuses one that is named', async () => {
    const kept = file('kinds/a.wav');
    const others = ['b.M4A', 'c.opus', 'deep/d.aiff', 'e.mp4'].map((name) => file(`kinds/${name}`));
    file('kinds/notes.txt');
    expect(await findAudio(join(folder, 'kinds'))).toEqual({ files: [kept], passedOver: others.toSorted() });
    expect(passedOverRemarks([])).toEqual([]);
    expect(passedOverRemarks(['/x/a.m4a'])).toEqual(['1 file of another kind was passed over (a.m4a)']);
    expect(passedOverRemarks(['/x/a.m4a', 'x.opus'])).toEqual([
      '2 files of other kinds were passed over (a.m4a, x.opus)',
    ]);
    expect(passedOverRemarks(others)).toEqual(['4 files of other kinds were passed over (b.M4A, c.opus, d.aiff, …)']);
    await expect(listAudio(others[0]!)).rejects.toThrow(
      new InputError(`${others[0]}: expected WAV, FLAC, Ogg Vorbis or MP3, got .m4a`),
    );
    await expect(listAudio(join(folder, 'kinds/deep'))).rejects.toThrow('in this folder, got only others (d.aiff)');
  });

  test('says what was expected of a folder without audio and of what is not there', async () => {
    mkdirSync(join(folder, 'bare'), { recursive: true });
    await expect(listAudio(join(folder, 'bare'))).rejects.toThrow(
      'WAV, FLAC, Ogg Vorbis or MP3 files were expected in this folder, got none',
    );
    await expect(listAudio(join(folder, 'nowhere'))).rejects.toThrow('there is no such folder, filelist or audio file');
  });
});
