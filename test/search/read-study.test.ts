import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { readStudy } from '../../src/search/read-study.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import { openStudy } from '../../src/search/study.ts';
import type { Trial } from '../../src/search/trial.ts';
import { exampleOutcome, exampleTrials, SETTINGS } from '../report/example-study.ts';

const trials = exampleTrials(12);
let folder: string;
let csv: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'study-'));
  csv = join(folder, 'trials.csv');
  const study = await openStudy(folder, SETTINGS, {}, 0);
  await study.writeTrials([]);
  // A search adds them in the order in which they are done.
  for (const trial of trials.toReversed()) await study.addTrial(trial);
  await study.journal.close();
});

afterEach(() => rm(folder, { recursive: true }));

describe('readStudy', () => {
  it('gives back what a search wrote, by id and bit for bit, failed trials and parents included', async () => {
    expect(await readStudy(folder)).toEqual({ folder, settings: SETTINGS, trials, outcome: undefined });
  });

  it('gives back which trials the coarse network alone heard', async () => {
    const own = await mkdtemp(join(tmpdir(), 'study-'));
    const settings: StudySettings = { ...SETTINGS, rungs: [1, 1], coarse: { kind: 'int8', floatRates: 1 } };
    const heard = trials.map((trial, i): Trial => (i === 2 ? { ...trial, state: 'pruned', coarse: true } : trial));
    const study = await openStudy(own, settings, {}, 0);
    await study.writeTrials(heard);
    await study.journal.close();
    expect((await readStudy(own)).trials).toEqual(heard);
    await rm(own, { recursive: true });
  });

  it('gives back why a trial failed, whatever the reason says', async () => {
    const reason = 'Worker "3" ended, with code 134; =1+1';
    const failed: Trial = {
      ...trials[0]!,
      id: 13,
      state: 'failed',
      score: Number.NaN,
      standardError: Number.NaN,
      reason,
    };
    const study = await openStudy(folder, SETTINGS, {}, 0);
    await study.addTrial(failed);
    await study.journal.close();
    expect((await readStudy(folder)).trials.at(-1)).toEqual(failed);
  });

  it.each([
    ['why trials failed', [',reason']],
    ['why trials failed, and for draws', [',reason', 'draws,']],
  ])('opens a study from before there was a column for %s', async (_, missing) => {
    const [header, ...rows] = (await readFile(csv, 'utf8')).split('\n');
    const draws = header!.split(',').indexOf('draws');
    const older = rows.map((row) => {
      const cells = row.split(',').slice(0, -1);
      return (missing.length > 1 ? cells.toSpliced(draws, 1) : cells).join();
    });
    const oldHeader = missing.reduce((text, part) => text.replace(part, ''), header!);
    await writeFile(csv, [oldHeader, ...older].join('\n'));
    expect((await readStudy(folder)).trials).toEqual(trials);
  });

  it('gives the outcome of a finished search', async () => {
    const study = await openStudy(folder, SETTINGS, {}, 0);
    await study.writeOutcome(exampleOutcome(trials));
    await study.journal.close();
    expect((await readStudy(folder)).outcome).toEqual(exampleOutcome(trials));
  });

  it('passes over a torn last line, wherever it was cut', async () => {
    const whole = await readFile(csv, 'utf8');
    const last = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (const end of [last + 1, Math.floor((last + whole.length) / 2), whole.length - 1]) {
      await writeFile(csv, whole.slice(0, end));
      expect((await readStudy(folder)).trials).toEqual(trials.slice(1));
    }
  });

  it('finds no trial where the file is missing or its header is torn', async () => {
    await writeFile(csv, 'id,parent,st');
    expect((await readStudy(folder)).trials).toEqual([]);
    await rm(csv);
    expect((await readStudy(folder)).trials).toEqual([]);
  });

  it.each([
    [
      'a word for a number',
      '1,,3,random,complete,good,0.1,1,3,0.5,0.7,0.1,0.2,0.3,',
      'score: a number was expected, got "good"',
    ],
    ['a missing number', '1,,3,random,complete,1,0.1,1,,0.5,0.7,0.1,0.2,0.3,', 'nfe: a number was expected, got ""'],
    ['an unknown state', '1,,3,random,done,1,0.1,1,3,0.5,0.7,0.1,0.2,0.3,', 'state: '],
    [
      'a complete trial without a score',
      '1,,3,random,complete,,,1,3,0.5,0.7,0.1,0.2,0.3,',
      'score: a complete trial’s number',
    ],
    [
      'a beta of 2',
      '1,,3,random,complete,1,0.1,1,3,0.5,0.7,0.1,0.2,2,',
      'schedule betas: beta_3 must lie strictly between 0 and 1, got 2',
    ],
    ['a missing beta', '1,,3,random,complete,1,0.1,1,3,0.5,0.7,0.1,0.2,,', 'schedule betas: beta_3 must lie'],
    [
      'more steps than the study has',
      '1,,4,random,complete,1,0.1,1,3,0.5,0.7,0.1,0.2,0.3,',
      'steps: at most the study’s 3',
    ],
  ])('refuses %s in one sentence with its line', async (_, line, message) => {
    await appendFile(csv, `${line}\n`);
    // A header and twelve trials are above it.
    expect(await refusal()).toContain(`${csv}: line 14: ${message.replace('’', "'")}`);
  });

  it('refuses a row of another length in one sentence', async () => {
    await appendFile(csv, '1,2,3\n');
    expect(await refusal()).toMatch(/trials\.csv: rows of comma-separated values were expected, but .*line 14/);
  });

  it('refuses columns of another study', async () => {
    await writeFile(csv, 'id,score\n1,2\n');
    expect(await refusal()).toContain(`${csv}: line 1: the columns id,parent, … beta_3 were expected, got id,score`);
  });

  it.each([
    ['{', /best\.json: not JSON: /],
    ['{"betas": [0.1]}', /best\.json: provenance: .*expected object, received undefined/],
  ])('refuses a best.json of %s', async (text, sentence) => {
    await writeFile(join(folder, 'best.json'), text);
    expect(await refusal()).toMatch(sentence);
  });

  it('refuses a folder that is no study', async () => {
    await rm(join(folder, 'study.json'));
    expect(await refusal()).toBe(`${folder}: the folder of a study was expected, but there is no study.json in it`);
  });
});

async function refusal(): Promise<string> {
  const error: unknown = await readStudy(folder).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).toMatch(/^[^\n]+$/);
  return message;
}
