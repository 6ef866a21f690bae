/**
 * Milliseconds since 1970, as the clock stood when the process began, plus those that have passed since: so that a clock that is set back or a
 * laptop that sleeps does not change what lies between two of them.
 */
export function timeNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
