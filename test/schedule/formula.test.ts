import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { formula } from '../../src/schedule/generators/formula.ts';
import { geometric } from '../../src/schedule/generators/geometric.ts';
import { linear } from '../../src/schedule/generators/linear.ts';
import { largestRelativeDifference } from './fixtures.ts';

async function expectRefusal(expression: string, n: number, what: string): Promise<void> {
  await expect(formula(expression, n)).rejects.toThrow(new InputError(`formula '${expression}': ${what}`));
}

test('1e-6 * phi^n is what a loop makes', async () => {
  const schedule = await formula('1e-6 * phi^n', 25);
  const loop: number[] = [];
  for (let beta = 1e-6; loop.length < 25; loop.push(beta)) beta *= (1 + Math.sqrt(5)) / 2;
  expect(largestRelativeDifference(schedule.betas, loop)).toBeLessThan(1e-14);
  expect(schedule).toMatchObject({ name: 'formula-25', source: "formula '1e-6 * phi^n', N = 25", clamp: 'x0' });
});

test('n, N, lo and hi are in scope', async () => {
  const evenly = await formula('lo + (n - 1)/(N - 1) * (hi - lo)', 6, [1e-6, 1e-2]);
  expect(largestRelativeDifference(evenly.betas, linear(1e-6, 1e-2, 6).betas)).toBeLessThan(1e-14);
  expect(evenly.source).toBe("formula 'lo + (n - 1)/(N - 1) * (hi - lo)' from 0.000001 to 0.01, N = 6");
  const inLog = await formula('exp(log(lo) + (n - 1)/(N - 1) * log(hi/lo))', 6, [1e-6, 1e-2]);
  expect(largestRelativeDifference(inLog.betas, geometric(1e-6, 1e-2, 6).betas)).toBeLessThan(1e-14);
});

// What mathjs's documentation lists of its syntax: conditions, functions of one's own, statements, comments, matrices on the way.
test.each([
  ['n < 3 ? 1e-4 : 2e-4', [1e-4, 1e-4, 2e-4]],
  ['f(x) = x^2 / 100; f(n)', [0.01, 0.04, 0.09]],
  ['half = n / 2\nhalf / 10', [0.05, 0.1, 0.15]],
  ['[0.1, 0.2, 0.4][n] # by hand', [0.1, 0.2, 0.4]],
  ['sum(1:n) / 10', [0.1, 0.3, 0.6]],
  ['0.1 n', [0.1, 0.2, 0.3]],
])('%s', async (expression, betas) => {
  expect(largestRelativeDifference((await formula(expression, 3)).betas, betas)).toBeLessThan(1e-14);
});

test('what is assigned is gone at the next n', async () => {
  // Were a still there, it would be 0.5 from n = 2 on; were N or phi, the second expression would differ from n = 2 on.
  await expectRefusal('n == 1 ? (a = 0.5) : a', 2, 'expected n, N, phi or a function or constant of mathjs, got a');
  const { betas } = await formula('b = N * phi; N = 7; phi = 2; b / 100', 3);
  expect(new Set(betas).size).toBe(1);
  await expectRefusal('N == 7 ? 0.1 : a', 1, 'expected n, N, phi or a function or constant of mathjs, got a');
});

// φ^29 = (L_29 + F_29·√5)/2 with L_29 = 1149851, which it is a hair above; the digits after are those of mathjs's power.
test('a beta of 1 or more says at which n', async () => {
  await expect(formula('1e-6 * phi^n', 30)).rejects.toThrow(
    /^formula '1e-6 \* phi\^n': beta must lie strictly between 0 and 1, got 1\.14985100000\d* at n = 29$/,
  );
});

test.each([
  ['1/n', '1 at n = 1'],
  ['(3 - n) / 10', '0 at n = 3'],
  ['(2 - n) / 10 + 0.05', '-0.05 at n = 3'],
  ['0.1 / (n - 2)^0 * (n == 2 ? NaN : 1)', 'NaN at n = 2'],
  ['n == 2 ? 1/0 : 0.1', 'Infinity at n = 2'],
  ['sqrt(1 - n) + 0.5', 'the complex number 0.5 + i at n = 2'],
  ['[0.1, 0.2]', 'a matrix at n = 1'],
  ['1:3', 'a matrix at n = 1'],
  ['sparse([1])', 'a matrix at n = 1'],
  ['0.1 m', 'a quantity with a unit, 0.1 m at n = 1'],
  ['"0.1"', 'a string at n = 1'],
  ['n < 3', 'a boolean at n = 1'],
  ['sin', 'a function at n = 1'],
  ['f(x) = x', 'a function at n = 1'],
  ['', 'nothing at n = 1'],
  ['null', 'nothing at n = 1'],
  ['0.1;', 'nothing at n = 1'],
  ['bignumber(0.1)', "mathjs's BigNumber, 0.1 at n = 1"],
  ['fraction(1, 10)', "mathjs's Fraction, 0.1 at n = 1"],
  ['{a: 0.1}', "mathjs's Object, [object Object] at n = 1"],
])('%s is no beta', async (expression, got) => {
  await expectRefusal(expression, 3, `beta must lie strictly between 0 and 1, got ${got}`);
});

// mathjs's messages, whose characters count from 1.
test.each([
  ['1e-6 *', 'Unexpected end of expression (char 7)'],
  ['(1', 'Parenthesis ) expected (char 3)'],
  ['0.1 +* n', 'Value expected (char 6)'],
  ['0.1 & & n', 'Value expected (char 7)'],
  ['[0.1', 'End of matrix ] expected (char 5)'],
  ['0.1.2', 'Unexpected part ".2" (char 4)'],
  ['0.1 = n', 'Invalid left hand side of assignment operator = (char 5)'],
])('%s cannot be parsed', async (expression, what) => {
  await expectRefusal(expression, 3, what);
});

describe('names', () => {
  test.each(['x * n', 'foo(n)', 'lo * n', 'n + hi'])(
    'of %s one is unknown, and those there are are listed',
    async (expression) => {
      const missing = /x|foo|lo|hi/.exec(expression)![0];
      await expectRefusal(expression, 3, `expected n, N, phi or a function or constant of mathjs, got ${missing}`);
    },
  );

  test('with a range lo and hi are listed too', async () => {
    await expect(formula('x', 3, [0.1, 0.2])).rejects.toThrow(
      new InputError("formula 'x': expected n, N, phi, lo, hi or a function or constant of mathjs, got x"),
    );
  });

  // Those that mathjs's page on security disables, and more of their kind.
  test.each([
    'import({a: 1}, {})',
    'createUnit("a")',
    'reviver("a", 1)',
    'evaluate("1")',
    'parse("1")',
    'simplify("n")',
    'derivative("n^2", "n")',
    'resolve("n")',
    'parser()',
    'compile("1")',
    'typed("a", {})',
    'random()',
    'randomInt(3)',
    'pickRandom([1])',
    'f(x) = evaluate(x); f("1")',
    'map([1], random)[1]',
  ])('%s reaches nothing', async (expression) => {
    const name =
      /import|createUnit|reviver|evaluate|parser|parse|simplify|derivative|resolve|compile|typed|randomInt|random|pickRandom/.exec(
        expression,
      )![0];
    await expectRefusal(expression, 3, `expected n, N, phi or a function or constant of mathjs, got ${name}`);
  });

  test.each([
    'config({number: "BigNumber"})',
    'config.matrix = "Array"',
    'n.constructor',
    '"a".constructor("return process")',
    'cos.constructor("return process")',
    '[1].__proto__',
    'f(x) = 1; f.constructor("return process")',
  ])('%s is refused', async (expression) => {
    await expect(formula(expression, 3)).rejects.toThrow(/^formula '.*': [^\n]* at n = 1$/);
    expect((await formula('0.1 * n', 3)).length).toBe(3);
  });
});

test('what cannot be evaluated says why and at which n', async () => {
  await expectRefusal('n == 2 ? 0.1 + "a" : 0.1', 3, 'Cannot convert "a" to a number at n = 2');
  await expectRefusal('f(x) = f(x); f(1)', 3, 'Maximum call stack size exceeded at n = 1');
  await expect(formula('('.repeat(100_000), 3)).rejects.toThrow(
    /^formula '\({79}…': Maximum call stack size exceeded$/,
  );
});

test.each([0, 2.5, Number.NaN, 100_001])('n = %d is refused', async (n) => {
  await expect(formula('0.1', n)).rejects.toThrow(
    new InputError(`formula: n must be a whole number from 1 to 100000, got ${n}`),
  );
});

test('a range must be finite numbers', async () => {
  await expect(formula('lo', 3, [Number.NaN, 1])).rejects.toThrow(
    new InputError('formula: the range must be two finite numbers, got [NaN, 1]'),
  );
});
