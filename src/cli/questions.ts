import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { InputError } from '../formats/input-error.ts';

/** What answers are typed into. */
export type AnswerStream = Readable & { readonly isTTY?: boolean };

interface Questions {
  /**
   * Asks, with the default in brackets, which an empty line takes, until `parse` takes the answer; what it throws as an InputError is
   * told.
   *
   * @throws {InputError} if the input ends first
   */
  readonly ask: <T extends string | number>(question: string, fallback: T, parse: (text: string) => T) => Promise<T>;
  close(): void;
}

/** Questions on a terminal, which the terminal itself lets edit. Lines that are typed or pasted ahead are taken in turn. */
export function createQuestions(input: AnswerStream, output: Writable): Questions {
  const reader = createInterface({ input, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  return {
    async ask(question, fallback, parse) {
      for (;;) {
        output.write(`${question} [${fallback}]: `);
        const { value, done } = await lines.next();
        if (done === true) throw new InputError('standard input: expected an answer, got its end; nothing was written');
        const text = value.trim();
        if (text === '') return fallback;
        try {
          return parse(text);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          output.write(`${error.message}\n`);
        }
      }
    },
    close: () => reader.close(),
  };
}
