import { stringify } from 'csv-stringify/sync';
import { InputError } from '../../formats/input-error.ts';
import { MOST_STEPS } from '../noise-schedule.ts';
import { csvRows } from './csv-rows.ts';
import { plainNumber } from './plain-number.ts';
import type { ScheduleForm } from './schedule-form.ts';
import { bareBetas, type Quantity, type ScheduleParts, textOf } from './schedule-parts.ts';

/** The columns that are read, the first of them that is there. */
const COLUMNS: Readonly<Record<string, Quantity>> = { beta: 'betas', level: 'levels', sigma: 'sigmas' };

/** Steps and a header. */
const MOST_ROWS = MOST_STEPS + 1;

const EXPECTED = 'a column beta, level or sigma, or one column or one row of numbers';

/**
 * CSV with commas or semicolons (see `csvRows`). Read by the header's `beta`, else `level`, else `sigma` (case and plural do not
 * matter), where a column `n` must count the rows from 1; without a header, one column or one row of betas. Written as
 * `n,beta,level,sigma` with commas, at full precision.
 */
export const csv: ScheduleForm = {
  read(bytes, path) {
    const [first, ...rest] = csvRows(textOf(bytes, path), path, MOST_ROWS);
    if (rest.length >= MOST_ROWS) throw new InputError(`${path}: expected at most ${MOST_ROWS} rows, got more`);
    if (first === undefined) throw new InputError(`${path}: expected ${EXPECTED}, got an empty file`);
    const hasHeader = first.some((cell) => plainNumber(cell) === undefined);
    const odd = rest.findIndex(({ length }) => length !== first.length);
    if (odd >= 0) {
      const where = `${path}: row ${hasHeader ? odd + 1 : odd + 2}`;
      const columns = first.length === 1 ? '1 column' : `${first.length} columns`;
      throw new InputError(`${where}: expected ${columns} as in the first line, got ${rest[odd]!.length}`);
    }
    return hasHeader ? withHeader(first, rest, path) : withoutHeader([first, ...rest], path);
  },
  write({ betas, levels, sigmas }) {
    const rows = betas.map((beta, i) => [i + 1, beta, levels[i]!, sigmas[i]!]);
    return { content: stringify([['n', 'beta', 'level', 'sigma'], ...rows]), remarks: [] };
  },
};

function withoutHeader(rows: readonly (readonly string[])[], path: string): ScheduleParts {
  const columns = rows[0]!.length;
  if (rows.length > 1 && columns > 1) {
    throw new InputError(
      `${path}: expected ${EXPECTED}, got ${rows.length} rows of ${columns} columns without a header`,
    );
  }
  return bareBetas(
    rows.flat().map((cell, i) => numberIn(cell, `${path}: number ${i + 1}`)),
    path,
  );
}

function withHeader(header: readonly string[], rows: readonly (readonly string[])[], path: string): ScheduleParts {
  const names = header.map((name) => name.toLowerCase());
  if (names.includes('beta_1')) {
    throw new InputError(
      `${path}: expected one schedule, got a table of many such as a study's trials.csv; the one that a study found is its best.json`,
    );
  }
  const singular = names.map((name) => name.replace(/s$/, ''));
  const name = Object.keys(COLUMNS).find((known) => singular.includes(known));
  if (name === undefined) {
    const got = header.slice(0, 5).map((cell) => JSON.stringify(cell.slice(0, 40)));
    throw new InputError(`${path}: expected ${EXPECTED}, got the first row ${got.join(', ')}`);
  }
  if (singular.indexOf(name) !== singular.lastIndexOf(name)) {
    throw new InputError(`${path}: expected one column ${name}, got several`);
  }
  const column = (at: number) => rows.map((row, i) => numberIn(row[at]!, `${path}: row ${i + 1}: ${names[at]}`));
  if (names.includes('n')) checkCounting(column(names.indexOf('n')), path);
  const values = column(singular.indexOf(name));
  const parts = bareBetas(values, path);
  return name === 'beta' ? parts : { quantity: COLUMNS[name]!, values, about: { source: parts.about.source } };
}

// A table that was sorted by another column, or has lost a row, would give another schedule.
function checkCounting(steps: readonly number[], path: string): void {
  const at = steps.findIndex((step, i) => step !== i + 1);
  if (at >= 0) throw new InputError(`${path}: row ${at + 1}: n must count the steps, ${at + 1} here, got ${steps[at]}`);
}

function numberIn(cell: string, where: string): number {
  const number = plainNumber(cell);
  if (number === undefined) throw new InputError(`${where} must be a number, got ${JSON.stringify(cell.slice(0, 40))}`);
  return number;
}
