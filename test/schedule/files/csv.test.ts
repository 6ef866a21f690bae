import { describe, expect, test } from 'vitest';
import { readScheduleFile, writeScheduleFile } from '../../../src/schedule/files/index.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { csvHeader, csvRow } from '../../../src/search/trials-csv.ts';

const read = (text: string) => readScheduleFile(new TextEncoder().encode(text), 'some.csv');

test('a schedule is written with its levels and sigmas, at full precision', async () => {
  const schedule = NoiseSchedule.fromBetas([1e-6 / 3, 0.5]);
  const { levels, sigmas } = schedule;
  const { content } = await writeScheduleFile('some.csv', schedule);
  expect(content).toBe(
    `n,beta,level,sigma\n1,${1e-6 / 3},${levels[0]},${sigmas[0]}\n2,0.5,${levels[1]},${sigmas[1]}\n`,
  );
});

test.each([
  ['one column', '1e-4\n2E-2\n.5\n'],
  ['one row', '1e-4,2e-2,0.5'],
  ['one column with a header', 'beta\n1e-4\n2e-2\n0.5\n'],
  ['other columns', 'time,Betas,level\na,1e-4,0\nb,2e-2,0\nc,0.5,0\n'],
  ['CRLF, a byte order mark, blank lines and spaces', '\uFEFFn, beta \r\n1, 1e-4\r\n\r\n 2 ,2e-2\r\n3,+0.5\r\n,\r\n'],
  ['quotes', '"n","beta"\n"1","1e-4"\n"2","2e-2"\n"3","0.5"'],
])('%s', async (_, text) => {
  const { name, source, clamp, betas } = await read(text);
  expect({ name, source, clamp, betas }).toEqual({
    name: 'some',
    source: 'some.csv',
    clamp: 'x0',
    betas: [1e-4, 2e-2, 0.5],
  });
});

// By hand: betas 1/2, 1/2 have ᾱ 1/2, 1/4 and σ² 1, 3.
test.each([`n,level\n1,${Math.SQRT1_2}\n2,0.5\n`, `SIGMAS\n1\n${Math.sqrt(3)}\n`])('%j', async (text) => {
  for (const beta of (await read(text)).betas) expect(Math.abs(beta - 0.5)).toBeLessThan(1e-15);
});

test.each([
  ['', 'some.csv: expected a column beta, level or sigma, or one column or one row of numbers, got an empty file'],
  [
    '0.1,0.2\n0.3,0.4\n',
    'some.csv: expected a column beta, level or sigma, or one column or one row of numbers, got 2 rows of 2 columns without a header',
  ],
  [
    'x,terminal_level\n1,2\n',
    'some.csv: expected a column beta, level or sigma, or one column or one row of numbers, got the first row "x", "terminal_level"',
  ],
  ['beta,betas\n0.1,0.2\n', 'some.csv: expected one column beta, got several'],
  ['n,beta\n1,0.1\n2,nan\n', 'some.csv: row 2: beta must be a number, got "nan"'],
  ['n,beta\n1,0.1\n2,\n', 'some.csv: row 2: beta must be a number, got ""'],
  ['0.1\n0x2\n', 'some.csv: number 2 must be a number, got "0x2"'],
  ['n,beta\n2,0.1\n1,0.2\n', 'some.csv: row 2: n must be above 2, got 1'],
  ['beta\n0.1\n1.5\n', 'some.csv: schedule some: beta_2 must lie strictly between 0 and 1, got 1.5'],
  ['beta\n1e999\n', 'some.csv: schedule some: beta_1 must lie strictly between 0 and 1, got Infinity'],
  ['beta\n', 'some.csv: schedule some: expected at least one beta, got none'],
  ['n,beta\n1,0.1,5\n', /^some\.csv: not CSV: Invalid Record Length: [^\n]+$/],
  ['n,beta\n1,"0.1\n', /^some\.csv: not CSV: Quote Not Closed: [^\n]+$/],
])('%j is refused', async (text, sentence) => {
  await expect(read(text)).rejects.toThrow(
    typeof sentence === 'string' ? expect.objectContaining({ name: 'InputError', message: sentence }) : sentence,
  );
});

describe('what is no schedule', () => {
  test("a study's trials are told to be many", async () => {
    const trial = {
      id: 0,
      parent: undefined,
      betas: [0.1, 0.2],
      origin: 'grid',
      state: 'complete',
      score: 1,
      standardError: 0,
      nfe: 2,
      seconds: 1,
    };
    const table = csvHeader(2) + csvRow(trial as unknown as Parameters<typeof csvRow>[0], 2);
    await expect(read(table)).rejects.toThrow(
      "some.csv: expected one schedule, got a table of many such as a study's trials.csv; the one that a study found is its best.json",
    );
  });

  test('more than 100,000 steps are refused', async () => {
    await expect(read('0.1\n'.repeat(100_001))).rejects.toThrow('some.csv: expected at most 100000 steps, got 100001');
    await expect(read(`beta\n${'0.1\n'.repeat(100_001)}`)).rejects.toThrow(
      'some.csv: expected at most 100001 rows, got more',
    );
  });
});
