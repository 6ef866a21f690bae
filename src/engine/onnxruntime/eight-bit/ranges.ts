/** The smallest and the largest number of a value. */
export type Range = readonly [min: number, max: number];

/** The ranges of the values of a graph by their ids; plain JSON. */
export type Ranges = Readonly<Record<number, Range>>;

/** Which values of a graph are in eight bits, and how. */
export interface EightBits {
  /** Of the values that are. */
  readonly ranges: Ranges;
  /** See largestWeight. */
  readonly largestWeight: number;
}
