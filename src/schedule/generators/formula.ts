import { InputError } from '../../formats/input-error.ts';
import { checkCount } from '../check-count.ts';
import { NoiseSchedule } from '../noise-schedule.ts';
import { expressionCompiler } from './expression.ts';

const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/**
 * n betas that a mathjs expression gives, such as `1e-6 * phi^n`. In scope are n, from 1 to N; N; phi, the golden ratio; with a range
 * also lo and hi; and mathjs's functions and constants but those that reach outside the expression or draw random numbers. Each beta
 * is computed afresh: what an expression assigns is gone at the next n. Of several lines or statements the last counts.
 *
 * The first call takes a fifth of a second to load mathjs.
 *
 * @param range any two finite numbers, which the expression calls lo and hi.
 * @throws {InputError} if n is not a whole number from 1 to 100,000, the expression cannot be parsed (the sentence says at which
 * character) or evaluated, or gives anything but a number strictly between 0 and 1 (the sentence says at which n); or if ᾱ_n falls
 * below 1e-304.
 */
export async function formula(
  expression: string,
  n: number,
  range?: readonly [lo: number, hi: number],
): Promise<NoiseSchedule> {
  checkCount('formula: n', n);
  if (range !== undefined && !range.every(Number.isFinite)) {
    throw new InputError(`formula: the range must be two finite numbers, got [${range.join(', ')}]`);
  }
  const where = `formula '${expression.length > 80 ? `${expression.slice(0, 79)}…` : expression}'`;
  const { compile, describe } = await expressionCompiler();
  const evaluate = compile(where, expression);
  const known = { N: n, phi: GOLDEN_RATIO, ...(range && { lo: range[0], hi: range[1] }) };
  const betas = Array.from({ length: n }, (_, i) => {
    const beta = evaluate({ n: i + 1, ...known }, `at n = ${i + 1}`);
    if (typeof beta === 'number' && beta > 0 && beta < 1) return beta;
    throw new InputError(`${where}: beta must lie strictly between 0 and 1, got ${describe(beta)} at n = ${i + 1}`);
  });
  const source = `formula '${expression}'${range ? ` from ${range[0]} to ${range[1]}` : ''}, N = ${n}`;
  return NoiseSchedule.fromBetas(betas, { name: `formula-${n}`, source });
}
