import { describe, expect, test } from 'vitest';
import { readScheduleFile, writeScheduleFile } from '../../../src/schedule/files/index.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { csvHeader, csvRow } from '../../../src/search/trials-csv.ts';

async function read(text: string): Promise<NoiseSchedule> {
  return (await readScheduleFile(new TextEncoder().encode(text), 'some.csv')).schedule;
}

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
  ['line ends of every kind', 'n,beta\r\n1,1e-4\n2,2e-2\r3,0.5\n'],
  ['a trailing comma in every row', 'n,beta,\n1,1e-4,\n2,2e-2,\n3,0.5,\n'],
  ['trailing commas but in the header', 'n,beta\n1,1e-4,\n2,2e-2,\n3,0.5,\n'],
  ['one column with trailing commas', '1e-4,\n2e-2,\n0.5,\n'],
  ['one row with a trailing comma', '1e-4,2e-2,0.5,\n'],
  ['empty columns behind', 'beta,,\n1e-4,,\n2e-2,,\n0.5,,\n'],
  // numpy.savetxt(path, betas, header='beta'), and with two columns, delimiter=',' and a header of two lines.
  ['the header that numpy writes', '# beta\n1.0e-04\n2.0e-02\n5.0e-01\n'],
  ['a remark and a header that numpy writes', '# by hand\n# n,beta\n1.0e+00,1.0e-04\n2.0e+00,2.0e-02\n3.0e+00,0.5\n'],
  ['a remark above a header', '# by hand\n\nn,beta\n1,1e-4\n2,2e-2\n3,0.5\n'],
  ['semicolons and decimal commas', 'n;beta;sigma\r\n1;1E-04;1\r\n2;0,02;2\r\n3;0,5;3,5\r\n'],
  ['semicolons and decimal points', 'n;beta;time, s\n1;1E-04;1\n2;0.02;2\n3;0.5;3.5\n'],
  ['semicolons in one row', '0,0001;0,02;0,5'],
  ['semicolons in one column, trailing', '0,0001;\n0,02;\n0,5;\n'],
  ['semicolons as letters', '"level; x",beta\n1,1e-4\n2,2e-2\n3,0.5\n'],
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

const EXPECTED = 'a column beta, level or sigma, or one column or one row of numbers';

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
  ['n,beta\n2,0.1\n1,0.2\n', 'some.csv: row 1: n must count the steps, 1 here, got 2'],
  ['n,beta\n1,0.1\n2,0.2\n4,0.4\n', 'some.csv: row 3: n must count the steps, 3 here, got 4'],
  ['n;beta\n1;0,1\n2;0.2\n', 'some.csv: row 1: beta must be a number, got "0,1"'],
  ['# alphaBar\n0.9\n0.8\n', `some.csv: expected ${EXPECTED}, got the first row "alphaBar"`],
  ['n,beta\n1,\n', 'some.csv: row 1: beta must be a number, got ""'],
  ['beta\n0.1\n1.5\n', 'some.csv: schedule some: beta_2 must lie strictly between 0 and 1, got 1.5'],
  ['beta\n1e999\n', 'some.csv: schedule some: beta_1 must lie strictly between 0 and 1, got Infinity'],
  ['beta\n', 'some.csv: schedule some: expected at least one beta, got none'],
  ['n,beta\n1,0.1\n2,0.2,5\n', 'some.csv: row 2: expected 2 columns as in the first line, got 3'],
  ['0.1\n0.2,0.3\n', 'some.csv: row 2: expected 1 column as in the first line, got 2'],
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
    const table = csvHeader({ steps: 2 }) + csvRow(trial as unknown as Parameters<typeof csvRow>[0], { steps: 2 });
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
