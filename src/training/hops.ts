/** Stages of a network, and what one upsamples by. */
const FEWEST_FACTORS = 4;
const MOST_FACTORS = 6;
const LARGEST_FACTOR = 8;

/** The least product of four factors. */
const SHORTEST_HOP = 2 ** FEWEST_FACTORS;

/** In seconds: the reference's 300 samples at 22,050 Hz, and what is taken at 16, 24 and 48 kHz. */
const REFERENCE_SECONDS = 300 / 22_050;
const SHORTEST_SECONDS = 0.0125;

/**
 * The factors of a hop, largest first, as a network upsamples by: as many of 2 to 8 as can be, from 4 to 6, and of these the most
 * even. 300 → 5, 5, 3, 2, 2, as in the reference. Undefined where there are none.
 */
export function hopFactors(hop: number): number[] | undefined {
  const all = products(hop, LARGEST_FACTOR, MOST_FACTORS).filter(({ length }) => length >= FEWEST_FACTORS);
  const [best] = all.sort((a, b) => b.length - a.length || sum(a) - sum(b));
  return best;
}

/** Every way to write a number as a product of at most `most` factors from 2 to `largest`, each with its largest factor first. */
function products(number: number, largest: number, most: number): number[][] {
  if (number === 1) return [[]];
  if (most === 0) return [];
  const found: number[][] = [];
  for (let factor = largest; factor >= 2; factor--) {
    if (number % factor !== 0) continue;
    found.push(...products(number / factor, factor, most - 1).map((rest) => [factor, ...rest]));
  }
  return found;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * The hop that a new model gets at a sample rate, in samples: from 12.5 to 13.6 milliseconds and with factors, a multiple of 50 where
 * there is one, and the longest of these. 200 at 16,000 Hz, 300 at 22,050 and 24,000 Hz, 600 at 44,100 and 48,000 Hz.
 *
 * @param sampleRate in Hz, from 8,000 on
 */
export function defaultHop(sampleRate: number): number {
  const shortest = Math.ceil(SHORTEST_SECONDS * sampleRate);
  const longest = Math.floor(REFERENCE_SECONDS * sampleRate);
  const hops = Array.from({ length: longest - shortest + 1 }, (_, i) => longest - i).filter(hopFactors);
  const hop = hops.find((samples) => samples % 50 === 0) ?? hops[0];
  if (hop === undefined) throw new RangeError(`defaultHop: a rate from 8,000 Hz on was expected, got ${sampleRate}`);
  return hop;
}

/** The two hops with factors that are nearest to one, up to the longest, in samples. */
export function nearHops(hop: number, longest: number): number[] {
  const all = Array.from({ length: longest - SHORTEST_HOP + 1 }, (_, i) => SHORTEST_HOP + i).filter(hopFactors);
  return all.sort((a, b) => Math.abs(a - hop) - Math.abs(b - hop)).slice(0, 2);
}
