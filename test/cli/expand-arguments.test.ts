import { closeSync, fstatSync, linkSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/command.ts';
import { fileBehind, numericFileIn, parseStepCounts, shieldArrows } from '../../src/cli/expand-arguments.ts';

const count = fc.integer({ min: 0, max: 1e6 });

describe('two numbers of steps', () => {
  test('are read in every spelling', () => {
    const separator = fc.constantFrom('->', ' -> ', '→', ' → ', ':', ' : ', ' ', '-> ', ' ->', '-', ' - ');
    fc.assert(
      fc.property(count, separator, count, (source, between, target) => {
        expect(parseStepCounts([`${source}${between}${target}`], undefined)).toEqual({ source, target });
      }),
    );
  });

  test('are read from arguments of their own, with an arrow that yargs does not take for an option', () => {
    fc.assert(
      fc.property(count, count, (source, target) => {
        for (const args of [
          [`${source}`, '->', `${target}`],
          [`${source}`, `->${target}`],
          [`${source}->`, `${target}`],
          [`${source}`, `${target}`],
        ]) {
          const shielded = shieldArrows(args);
          expect(shielded.some((arg) => arg.startsWith('-'))).toBe(false);
          expect(parseStepCounts(shielded, undefined)).toEqual({ source, target });
        }
      }),
    );
  });

  test('are taken from the arguments even where standard output is a file named by a number', () => {
    expect(parseStepCounts(['25', '30'], '50')).toEqual({ source: 25, target: 30 });
  });

  test('options keep their dashes', () => {
    expect(shieldArrows(['--from', 'a->b', '-', '-5'])).toEqual(['--from', 'a->b', '-', '-5']);
  });
});

describe('one number of steps', () => {
  test.each([[['25', '-']], [['25-']], [['25']]])('%j takes the other from the file behind standard output', (args) => {
    expect(parseStepCounts(args, '50')).toEqual({ source: 25, target: 50 });
  });

  test.each([
    [['25', '-'], undefined, 'got 25 -'],
    [['25', '-'], 'out.json', 'got 25 - into a file named out.json'],
    [[], '50', 'got none'],
    [['25', 'fifty'], '50', 'got 25 fifty'],
    [['25', '50', '75'], undefined, 'got 25 50 75'],
    [['2.5', '50'], undefined, 'got 2.5 50'],
  ])('%j with standard output %j is a usage error with an example', (args, outputFile, got) => {
    expect(() => parseStepCounts(args, outputFile)).toThrow(
      new UsageError(`arguments: expected two numbers of steps, such as 25 -> 50 or 25 50, ${got}`),
    );
  });
});

describe('the file behind a descriptor', () => {
  let folder: string;
  let descriptor: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'expand-arguments-'));
    descriptor = openSync(join(folder, '50'), 'w');
  });
  afterEach(() => {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });

  test('is found by device and inode among others named by numbers', () => {
    for (const name of ['25', '500']) writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, '7'));
    expect(numericFileIn(folder, fstatSync(descriptor, { bigint: true }))).toBe('50');
  });

  test('is not another name of the same file', () => {
    linkSync(join(folder, '50'), join(folder, '1-fifty'));
    expect(numericFileIn(folder, fstatSync(descriptor, { bigint: true }))).toBe('50');
  });

  test('is none where the inode is on another device', () => {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    expect(numericFileIn(folder, { dev: dev + 1n, ino })).toBeUndefined();
  });

  test('is none where it has gone', () => {
    const stats = fstatSync(descriptor, { bigint: true });
    rmSync(join(folder, '50'));
    writeFileSync(join(folder, 'fifty'), '');
    expect(numericFileIn(folder, stats)).toBeUndefined();
  });

  test.runIf(process.platform === 'linux')('is named by the system, in any folder', () => {
    expect(fileBehind(descriptor)).toBe('50');
  });

  test('is none for what is no regular file', () => {
    const device = openSync('/dev/null', 'w');
    expect(fileBehind(device)).toBeUndefined();
    closeSync(device);
  });
});
