import { CsvError, parse } from 'csv-parse/sync';
import { InputError } from '../../formats/input-error.ts';
import { plainNumber } from './plain-number.ts';

const NUMBERS = /^[\d\s.,;+\-eE"]+$/;

const ONE_COMMA = /^[^,]*,[^,]*$/;

/**
 * The rows of a CSV text as spreadsheets, numpy's `savetxt` and people write it, without blank ones:
 *
 * - line ends of any kind, also mixed;
 * - separated by commas, or by semicolons, then also with decimal commas, which become points;
 * - a header after `#`; other lines before the first row that begin so are comments;
 * - an empty cell at the end of every row, from a trailing separator, is none.
 *
 * @param most how many rows are read; there may be one more, so that the caller can see that there are too many
 * @throws {InputError} that begins with the path, if it is no CSV
 */
export function csvRows(text: string, path: string, most: number): string[][] {
  const table = uncommented(text.replaceAll(/\r\n?/g, '\n'));
  const delimiter = delimiterOf(table);
  const rows = withoutEmptyEnd(parsed(table, delimiter, path, most));
  return delimiter === ';' ? withDecimalPoints(rows) : rows;
}

function parsed(text: string, delimiter: string, path: string, most: number): string[][] {
  try {
    return parse(text, {
      delimiter,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      to: most + 1,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError(`${path}: not CSV: ${error.message.replaceAll(/\s+/g, ' ').slice(0, 200)}`);
  }
}

/** Without the lines before the first row that begin with #, but for a header: the last, where numbers follow. */
function uncommented(text: string): string {
  const [comments = ''] = /^(?:[^\S\n]*(?:#[^\n]*)?\n)*/.exec(text) ?? [];
  const rows = text.slice(comments.length);
  const header = comments.match(/#[^\n]*/g)?.at(-1);
  if (header === undefined || !NUMBERS.test(firstLine(rows))) return rows;
  return `${header.replace(/^#+/, '')}\n${rows}`;
}

/** What separates the first line; where it has both signs and words, the more frequent one. */
function delimiterOf(text: string): ',' | ';' {
  const line = firstLine(text);
  const [semicolons, commas] = [line.split(';').length, line.split(',').length];
  return semicolons > 1 && (NUMBERS.test(line) || semicolons > commas) ? ';' : ',';
}

function firstLine(text: string): string {
  return /\S[^\n]*/.exec(text)?.[0] ?? '';
}

function withoutEmptyEnd(rows: string[][]): string[][] {
  const [first, ...rest] = rows;
  if (first === undefined || !rest.every((row) => row.length > 1 && row.at(-1) === '')) return rows;
  const isEmptyInAll = first.length > 1 && first.at(-1) === '';
  // A header may go without the separator that all others have.
  const isBeyondFirst = rest.length > 0 && rest.every(({ length }) => length === first.length + 1);
  if (!isEmptyInAll && !isBeyondFirst) return rows;
  const cut = rest.map((row) => row.slice(0, -1));
  return withoutEmptyEnd([isEmptyInAll ? first.slice(0, -1) : first, ...cut]);
}

// Where any number has a point, a comma is none.
function withDecimalPoints(rows: string[][]): string[][] {
  const hasPoint = (cell: string) => cell.includes('.') && plainNumber(cell) !== undefined;
  if (rows.some((row) => row.some(hasPoint))) return rows;
  return rows.map((row) =>
    row.map((cell) => {
      const pointed = ONE_COMMA.test(cell) ? cell.replace(',', '.') : cell;
      return plainNumber(pointed) === undefined ? cell : pointed;
    }),
  );
}
