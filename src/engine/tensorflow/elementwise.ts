import type { Apply, AttributesOf } from './operation.ts';

export const abs: Apply = (tf, [x]) => tf.abs(x!);
export const add: Apply = (tf, [a, b]) => tf.add(a!, b!);
export const clip: Apply<AttributesOf<'clip'>> = (tf, [x], { low, high }) => tf.clipByValue(x!, low, high);
export const cos: Apply = (tf, [x]) => tf.cos(x!);
export const div: Apply = (tf, [a, b]) => tf.div(a!, b!);
export const leakyRelu: Apply<AttributesOf<'leakyRelu'>> = (tf, [x], { slope }) => tf.leakyRelu(x!, slope);
export const leakyReluGradient: Apply<AttributesOf<'leakyReluGradient'>> = (tf, [x, upstream], { slope }) =>
  tf.where(tf.greater(x!, 0), upstream!, tf.mul(upstream!, slope));
export const mul: Apply = (tf, [a, b]) => tf.mul(a!, b!);
export const neg: Apply = (tf, [x]) => tf.neg(x!);
export const sign: Apply = (tf, [x]) => tf.sign(x!);
export const sin: Apply = (tf, [x]) => tf.sin(x!);
export const sqrt: Apply = (tf, [x]) => tf.sqrt(x!);
export const sub: Apply = (tf, [a, b]) => tf.sub(a!, b!);
