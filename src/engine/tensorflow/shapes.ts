import { storedAxis } from './layout.ts';
import type { Apply, AttributesOf } from './operation.ts';

export const broadcastLike: Apply = (tf, [x, like]) => tf.broadcastTo(x!, like!.shape);

export const concat: Apply = (tf, [a, b]) => tf.concat([a!, b!], 1);

export const mean: Apply = (tf, [x]) =>
  tf.reshape(
    tf.mean(x!),
    x!.shape.map(() => 1),
  );

export const pad: Apply<AttributesOf<'pad'>> = (tf, [x], { axis, before, after }) => {
  const at = storedAxis(axis, x!.rank);
  return tf.pad(
    x!,
    x!.shape.map((_, i) => (i === at ? [before, after] : [0, 0])),
  );
};

export const reduceSum: Apply<AttributesOf<'reduceSum'>> = (tf, [x], { axes }) => {
  if (axes.length === 0) return tf.clone(x!);
  const at = new Set(axes.map((axis) => storedAxis(axis, x!.rank)));
  return tf.sum(x!, [...at], true);
};

export const slice: Apply<AttributesOf<'slice'>> = (tf, [x], { axis, start, length }) => {
  const at = storedAxis(axis, x!.rank);
  const begin = x!.shape.map((_, i) => (i === at ? start : 0));
  return tf.slice(x!, begin, x!.shape.with(at, length));
};

export const spreadLike: Apply = (tf, [x, like]) => tf.broadcastTo(tf.div(x!, like!.size), like!.shape);

export const squeeze: Apply<AttributesOf<'squeeze'>> = (tf, [x], { axis }) => {
  const shape = x!.shape.filter((_, i) => i !== storedAxis(axis, x!.rank));
  const same = tf.reshape(x!, shape);
  // What is left of [1, channels, time] is kept the other way round.
  return x!.rank === 3 && axis === 0 ? tf.transpose(same) : same;
};

export const unsqueeze: Apply<AttributesOf<'unsqueeze'>> = (tf, [x], { axis }) => {
  const rank = x!.rank + 1;
  const same = rank === 3 && axis === 0 ? tf.transpose(x!) : x!;
  return tf.reshape(same, same.shape.toSpliced(storedAxis(axis, rank), 0, 1));
};
