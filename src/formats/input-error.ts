/**
 * What a user gave cannot be used: a file, a number or a combination of them. The message is one sentence that says where,
 * what was expected and what came; commands print it alone, without a stack, and exit 1.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}
