import { expect } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';

/** The message with which `read` refuses; fails when it reads, throws anything else, or says more than one line. */
export function refusal(read: () => unknown): string {
  const message = outcome(read);
  if (message === undefined) expect.fail('expected an InputError, but it was read');
  return message;
}

/** The one line of the InputError that `read` throws, undefined if it throws none. Any other error passes through. */
export function outcome(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).toMatch(/^[^\n]+$/);
    return error.message;
  }
}
