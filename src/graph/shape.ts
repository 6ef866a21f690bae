/** A dimension: a number, or a named size known when the graph is run, times a whole number (samples are frames · hop). */
export type Dim = number | { readonly symbol: string; readonly times: number };

export type Shape = readonly Dim[];

/** What each symbol stands for in one run, such as { batch: 2, frames: 72 }. */
export type Sizes = Readonly<Record<string, number>>;

export function symbolic(symbol: string, times = 1): Dim {
  return { symbol, times };
}

export function sameDim(a: Dim, b: Dim): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a.symbol === b.symbol && a.times === b.times;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => sameDim(dim, b[axis]!));
}

/** [batch, channels, time] with its time times or divided by a whole number; throws where a division leaves a remainder. */
export function scaleTime(operation: string, shape: Shape, numerator: number, denominator = 1): Shape {
  const [batch, channels, time] = shape;
  if (shape.length !== 3)
    throw new RangeError(`${operation}: expected [batch, channels, time], got ${showShape(shape)}`);
  const times = ((typeof time === 'number' ? time : time!.times) * numerator) / denominator;
  if (!Number.isInteger(times)) {
    throw new RangeError(`${operation}: a length of ${showDim(time!)} does not divide by ${denominator}`);
  }
  return [batch!, channels!, typeof time === 'number' ? times : { symbol: time!.symbol, times }];
}

export function dimSize(dim: Dim, sizes: Sizes): number {
  if (typeof dim === 'number') return dim;
  const size = sizes[dim.symbol];
  if (size === undefined) throw new RangeError(`no size is given for the dimension ${dim.symbol}`);
  return size * dim.times;
}

function showDim(dim: Dim): string {
  if (typeof dim === 'number') return String(dim);
  return dim.times === 1 ? dim.symbol : `${dim.times}·${dim.symbol}`;
}

/** A shape as people write it: [batch, 80, 300·frames]. */
export function showShape(shape: Shape): string {
  return `[${shape.map(showDim).join(', ')}]`;
}

/** The shape of an element-wise result: ranks are equal, and each dimension is equal or 1 on one side. */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  const mismatch = () => new RangeError(`${operation}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast`);
  if (a.length !== b.length) throw mismatch();
  return a.map((dim, axis) => {
    const other = b[axis]!;
    if (sameDim(dim, other) || other === 1) return dim;
    if (dim === 1) return other;
    throw mismatch();
  });
}

/** A shape as it is written to ONNX: of rank 3, [batch, channels, time] with one row in between (see OnnxWriter). */
export function writtenShape<Size>(shape: readonly Size[]): readonly (Size | 1)[] {
  return shape.length === 3 ? [shape[0]!, shape[1]!, 1, shape[2]!] : shape;
}

/** The written axes that dropping `axis` from a shape of that rank, or adding it to reach that rank, concerns. */
export function writtenAxes(axis: number, rank: number): readonly number[] {
  if (rank !== 3) return [axis];
  return axis === 2 ? [2, 3] : [axis, 2];
}

/** The written axis of a dimension of a shape of that rank. */
export function writtenAxis(axis: number, rank: number): number {
  return rank === 3 && axis === 2 ? 3 : axis;
}
