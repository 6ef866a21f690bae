import { InputError } from '../../formats/input-error.ts';

// What makes or changes a parser or functions (mathjs.org/docs/expressions/security.html), what works on expressions as data, and
// what draws from a global random source. Of `config`, see below.
const HIDDEN = [
  'compile',
  'createUnit',
  'derivative',
  'evaluate',
  'help',
  'import',
  'leafCount',
  'parse',
  'parser',
  'pickRandom',
  'random',
  'randomInt',
  'rationalize',
  'replacer',
  'resolve',
  'reviver',
  'simplify',
  'simplifyConstant',
  'simplifyCore',
  'symbolicEqual',
  'typed',
];

// Some of mathjs's messages end with a full stop, or show a value over several lines.
const AFTER_THE_SENTENCE = /(?:; its value is:)?\n.*|\.$/s;

type Names = Readonly<Record<string, number>>;

/** An expression, parsed once, to be evaluated with any numbers for its names; `when` is what an error's sentence ends with. */
type Evaluate = (names: Names, when: string) => unknown;

interface ExpressionCompiler {
  /** @throws {InputError} if it cannot be parsed, and from the result if it cannot be evaluated; `where` is what the sentence starts with. */
  readonly compile: (where: string, expression: string) => Evaluate;
  /** A value that an expression gave, in words. */
  readonly describe: (value: unknown) => string;
}

let compiler: Promise<ExpressionCompiler> | undefined;

/** The compiler of mathjs expressions, loaded when first asked for. Expressions share nothing and can reach nothing outside. */
export async function expressionCompiler(): Promise<ExpressionCompiler> {
  compiler ??= load();
  return compiler;
}

async function load(): Promise<ExpressionCompiler> {
  const math = await loadMathJs();
  const parse = math.parse.bind(math);
  const { mathWithTransform: visible } = math.expression as unknown as { mathWithTransform: Record<string, unknown> };
  // Hidden rather than replaced: mathjs makes its functions of one another when they are first used.
  for (const name of HIDDEN) delete visible[name];
  // Matrices look their kind up in it, so it stays, as a copy that cannot be called.
  visible.config = Object.freeze(math.config({}));

  return {
    compile(where, expression) {
      const compiled = attempt(where, '', () => parse(expression).compile());
      return (names, when) => {
        const value: unknown = attempt(
          where,
          ` ${when}`,
          () => compiled.evaluate(new Map(Object.entries(names))),
          names,
        );
        return math.isResultSet(value) ? value.entries.at(-1) : value;
      };
    },
    describe: (value) => describe(math.typeOf(value), value),
  };
}

/** mathjs, an instance of the caller's own. */
export async function loadMathJs(): Promise<import('mathjs').MathJsInstance> {
  // The bundle is one file and there in a fifth of a second; the package's modules, about a thousand, take four times as long.
  // @ts-expect-error it has no types of its own
  const bundle = (await import('mathjs/lib/browser/math.js')) as { default: typeof import('mathjs') };
  const { create, all } = bundle.default;
  return create(all!);
}

/** What mathjs calls undefined, an expression may yet have meant: then the sentence lists the names. */
function attempt<T>(where: string, when: string, run: () => T, names: Names = {}): T {
  try {
    return run();
  } catch (error) {
    const { message } = error as Error;
    const missing = /^Undefined (?:symbol|function) (.+)$/.exec(message)?.[1];
    throw new InputError(
      missing === undefined
        ? `${where}: ${message.replace(AFTER_THE_SENTENCE, '')}${when}`
        : `${where}: expected ${Object.keys(names).join(', ')} or a function or constant of mathjs, got ${missing}`,
    );
  }
}

function describe(type: string, value: unknown): string {
  switch (type) {
    case 'number':
      return String(value);
    case 'Complex':
      return `the complex number ${String(value)}`;
    case 'Unit':
      return `a quantity with a unit, ${String(value)}`;
    case 'DenseMatrix':
    case 'SparseMatrix':
      return 'a matrix';
    case 'undefined':
    case 'null':
      return 'nothing';
    case 'string':
    case 'boolean':
    case 'function':
      return `a ${type}`;
    default:
      // Type names of mathjs's own, such as BigNumber and Fraction, which keep digits that a beta has no room for.
      return `mathjs's ${type}, ${String(value)}`;
  }
}
