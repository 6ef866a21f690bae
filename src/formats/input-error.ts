import { shownText } from './shown-text.ts';

/** Of a sentence; a path of 4,096 bytes, the longest there is, leaves room for what is said of it. */
const MOST_CHARACTERS = 5000;

/**
 * What a user gave cannot be used: a file, a number or a combination of them. The message is one sentence that says where,
 * what was expected and what came; commands print it alone, without a stack, and exit 1. Whatever of a file it quotes stays in
 * one line and cannot steer the terminal.
 */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(message: string, options?: ErrorOptions) {
    super(shownText(message, MOST_CHARACTERS), options);
  }
}
