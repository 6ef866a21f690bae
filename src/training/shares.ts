/** From `begin` up to, not including, `end`. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** The part of `count` things that falls to the `index`-th of `of`: consecutive, and as even as whole things can be. */
export function shareOf(count: number, index: number, of: number): Range {
  return { begin: Math.floor((count * index) / of), end: Math.floor((count * (index + 1)) / of) };
}
