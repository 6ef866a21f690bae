import { z } from 'zod';
import { InputError } from './input-error.ts';
import { shownText } from './shown-text.ts';

/** How much of a message is quoted: it names keys of the data, which may have any length. */
const QUOTED_CHARACTERS = 300;

/** A number of a file of ours: JSON has no form for those that are not finite, and null stands for them. */
export const numberOrNull = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

/** A list of such numbers, transformed together. */
export const numbersOrNull = z
  .array(z.number().nullable())
  .transform((values) => values.map((value) => value ?? Number.NaN));

/** Parses JSON; throws an InputError that begins with `where` where it is none. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where}: not JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 200)}`);
  }
}

/**
 * Checks data that was read against a schema; throws an InputError that begins with `where` and names the first field that does
 * not fit, with what was expected and what came.
 */
export function checkData<Schema extends z.ZodType>(data: unknown, schema: Schema, where: string): z.output<Schema> {
  const result = schema.safeParse(data, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  // Of what came, zod's messages say the type but not the size.
  const size = Array.isArray(issue.input) || typeof issue.input === 'string' ? issue.input.length : issue.input;
  const got = issue.code === 'too_small' || issue.code === 'too_big' ? `, got ${String(size)}` : '';
  throw new InputError(
    [where, ...[...(issue.path.length > 0 ? [issue.path.join('.')] : []), issue.message].map(quoted)].join(': ') + got,
  );
}

function quoted(text: string): string {
  return shownText(text, QUOTED_CHARACTERS);
}
