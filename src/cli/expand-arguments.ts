import { type BigIntStats, fstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from './command.ts';

/** From how many steps to how many. */
interface StepCounts {
  readonly source: number;
  readonly target: number;
}

const BOTH = /^(\d+)\s*(?:->|→|:|-|\s)\s*(\d+)$/;

// What a shell leaves of `25 -> 50`, `25->50` and `25 > 50`.
const SOURCE_ALONE = /^(\d+)\s*-?$/;

const NUMBER = /^\d+$/;

/** The arguments with `->` at the start of one as `→`, because yargs would take it for an option. */
export function shieldArrows(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace(/^->/, '→'));
}

/**
 * The two numbers of steps in the positional arguments: `25 -> 50` (one argument or three), `25->50`, `25→50`, `25:50`, `25 50`;
 * or the first alone, as a shell leaves it when it takes `> 50` for a redirection.
 *
 * @param outputFile the name of the file behind standard output, if it is one: the second number where arguments lack it.
 * @throws {UsageError} if that does not give two numbers.
 */
export function parseStepCounts(positionals: readonly string[], outputFile: string | undefined): StepCounts {
  const spelled = positionals.join(' ').trim();
  const both = BOTH.exec(spelled);
  if (both) return { source: Number(both[1]), target: Number(both[2]) };
  const source = SOURCE_ALONE.exec(spelled)?.[1];
  if (source !== undefined && outputFile !== undefined && NUMBER.test(outputFile)) {
    return { source: Number(source), target: Number(outputFile) };
  }
  const into = source === undefined || outputFile === undefined ? '' : ` into a file named ${outputFile}`;
  throw new UsageError(
    `arguments: expected two numbers of steps, such as 25 -> 50 or 25 50, got ${spelled || 'none'}${into}`,
  );
}

/** The name of the regular file that a descriptor writes to; where the system does not tell, only a number is found. */
export function fileBehind(descriptor: number): string | undefined {
  const stats = fstatSync(descriptor, { bigint: true });
  if (!stats.isFile()) return undefined;
  try {
    return basename(readlinkSync(`/proc/self/fd/${descriptor}`));
  } catch {
    return numericFileIn('.', stats);
  }
}

/** The file of a folder that is named by a number and has this device and inode, or undefined. */
export function numericFileIn(folder: string, { dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string | undefined {
  return readdirSync(folder).find((name) => {
    if (!NUMBER.test(name)) return false;
    const stats = statSync(join(folder, name), { bigint: true, throwIfNoEntry: false });
    return stats?.dev === dev && stats.ino === ino;
  });
}
