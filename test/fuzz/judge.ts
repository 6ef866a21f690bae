/** Reads one mutant and says what came of it. */
import { InputError } from '../../src/formats/input-error.ts';
import type { OpenReader } from './readers.ts';

/** What a reader made of a mutant; `fault` is what it should not have done. */
export interface Verdict {
  readonly refused?: string;
  readonly fault?: string;
}

/** No sentence about a file is longer, but for the file's own path. */
const MOST_CHARACTERS = 1000;

/** What may neither break a line nor steer a terminal, nor show text other than it is. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Reads bytes; whatever is printed meanwhile is a fault, and so is an error that is not one plain sentence. */
export async function judged(reader: OpenReader, bytes: Uint8Array): Promise<Verdict> {
  const printed: string[] = [];
  const restore = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    stream.write = ((text: string) => printed.push(String(text)) > 0) as typeof stream.write;
    return () => {
      stream.write = write;
    };
  });
  const kept = { ...console };
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const)
    console[name] = (...all) => printed.push(all.join(' '));
  try {
    await reader.read(bytes);
    return printed.length > 0 ? { fault: `printed ${JSON.stringify(printed[0]!.slice(0, 100))}` } : {};
  } catch (error) {
    const fault = printed.length > 0 ? `printed ${JSON.stringify(printed[0]!.slice(0, 100))}` : faultOf(error);
    return fault === undefined ? { refused: (error as Error).message } : { fault };
  } finally {
    for (const each of restore) each();
    Object.assign(console, kept);
  }
}

function faultOf(error: unknown): string | undefined {
  if (!(error instanceof InputError))
    return `threw ${error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error)}`;
  if (UNSEEN.test(error.message)) return `said what cannot be shown: ${JSON.stringify(error.message.slice(0, 300))}`;
  if (error.message.length > MOST_CHARACTERS)
    return `said ${error.message.length} characters: ${error.message.slice(0, 200)}`;
  return undefined;
}
