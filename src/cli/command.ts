import { readFileSync } from 'node:fs';
import yargs, { type Argv, type InferredOptionTypes, type Options } from 'yargs';
import { InputError } from '../formats/input-error.ts';
import { bearClosedTerminal } from './closed-terminal.ts';

/** The command line was used wrongly: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const COMMON = {
  quiet: { type: 'boolean', default: false, describe: 'No progress and no messages on standard error' },
  json: { type: 'boolean', default: false, describe: 'The result as JSON on standard output' },
  verbose: { type: 'boolean', default: false, describe: 'A stack trace with errors' },
} as const satisfies Record<string, Options>;

/** What the options of a command came to. */
export type CommandArguments<Flags extends Record<string, Options>> = InferredOptionTypes<Flags & typeof COMMON>;

export interface Command<Flags extends Record<string, Options>> {
  readonly name: string;
  /** The arguments after the name, as in `--help`. */
  readonly synopsis: string;
  readonly describe: string;
  readonly flags: Flags;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Positional arguments are in `positionals`. */
  run(flags: CommandArguments<Flags>, positionals: readonly string[]): Promise<number>;
}

/** Runs a command: parses, prints errors in one sentence, and sets the exit code (0 done, 1 failed, 2 used wrongly, or the command's). */
export async function runCommand<Flags extends Record<string, Options>>(
  command: Command<Flags>,
  args: readonly string[],
): Promise<void> {
  bearClosedTerminal();
  // A reader that has seen enough, such as head, closes the pipe, and a terminal may be closed: no errors of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code)) throw error;
    });
  }
  let verbose = args.includes('--verbose');
  try {
    const parser: Argv = yargs([...args])
      .scriptName(command.name)
      .usage(`$0 ${command.synopsis}\n\n${command.describe}`)
      .options({ ...withValues(command.flags), ...COMMON })
      .epilogue(exampleLines(command.examples))
      .version(packageVersion())
      .strictOptions()
      .parserConfiguration({ 'parse-positional-numbers': false })
      .alias('h', 'help')
      .wrap(HELP_WIDTH)
      .fail((message, error) => {
        // What the parser finds wrong comes as a message, or as an error of its own kind.
        throw error === undefined || error.name === 'YError' ? new UsageError(message ?? error.message) : error;
      });
    const { _: positionals, ...flags } = await parser.parseAsync();
    verbose = flags.verbose === true;
    checkValues(flags, { ...command.flags, ...COMMON }, args);
    process.exitCode = await command.run(flags as unknown as CommandArguments<Flags>, positionals.map(String));
  } catch (error) {
    const { message, stack } = error as Error;
    process.stderr.write(`${command.name}: ${oneLine(message)}\n`);
    if (error instanceof UsageError) process.stderr.write(`Try ${command.name} --help.\n`);
    if (verbose) process.stderr.write(`${stack}\n`);
    else if (!(error instanceof UsageError || error instanceof InputError))
      process.stderr.write('--verbose shows where.\n');
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** What is said of a pipe or a terminal that nobody has open any more. */
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO', 'ENXIO', 'ENOTCONN', 'ERR_STREAM_DESTROYED']);

const HELP_WIDTH = Math.min(120, process.stdout.columns ?? 120);

/** Commands to copy, which no line may break: what they do stands beside them, or beneath where there is no room. */
function exampleLines(examples: Command<never>['examples']): string {
  const widest = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => {
    const isNarrow = 2 + widest + 2 + what.length <= HELP_WIDTH;
    return isNarrow ? `  ${line.padEnd(widest)}  ${what}` : `  ${line}\n      ${what}`;
  });
  return ['Examples:', ...lines].join('\n');
}

/** Throws a UsageError for a flag given twice, and for one that wants a number and has none. */
function checkValues(values: Record<string, unknown>, flags: Record<string, Options>, args: readonly string[]): void {
  for (const [name, { array, type, nargs }] of Object.entries(flags)) {
    const value = values[name];
    if (Array.isArray(value) && (!array || (nargs !== undefined && value.length > nargs)))
      throw new UsageError(`--${name} was given more than once`);
    if (type === 'number' && [value].flat().some(Number.isNaN)) {
      const at = args.indexOf(`--${name}`) + 1;
      const raw =
        args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ??
        args.slice(at, at + (nargs ?? 1)).find((arg) => Number.isNaN(Number(arg)));
      throw new UsageError(`--${name} must be ${nargs === undefined ? 'a number' : `${nargs} numbers`}, got ${raw}`);
    }
  }
}

/** Flags that are not just on or off want their value, and do not take the next flag for it. */
function withValues(flags: Record<string, Options>): Record<string, Options> {
  const entries = Object.entries(flags).map(([name, flag]) => {
    return [name, flag.type === 'boolean' || flag.nargs !== undefined ? flag : { ...flag, requiresArg: true }];
  });
  return Object.fromEntries(entries);
}

/** What a file says may hold line breaks and terminal codes. */
function oneLine(message: string): string {
  return message.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, MOST_CHARACTERS);
}

const MOST_CHARACTERS = 1000;

export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** A whole number of at least `least`, or a UsageError that names the flag. */
export function wholeNumber(flag: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`--${flag} must be a whole number of at least ${least}, got ${value}`);
  }
  return value;
}
