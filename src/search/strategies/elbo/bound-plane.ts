import { bound, type ErrorTable } from './bound.ts';
import { denseTable } from './error-table.ts';

/** Names a schedule of the bound's by the two things that the bound leaves open; whole numbers, so that halved steps meet again. */
export interface BoundPoint {
  /** The index of the noisiest level in the dense table. */
  readonly terminal: number;
  /** Decoder variance δ² = 10^(eighths / 8). */
  readonly eighths: number;
}

/** The schedules of one number of steps that are optimal for the bound, over their noisiest level and δ². */
export interface BoundPlane {
  /** Every one whose δ² that is, by its point; σ_1 < … < σ_N. None outside 1e-8 to 1e-3. */
  row(eighths: number): Iterable<readonly [point: BoundPoint, sigmas: readonly number[]]>;
  /** σ_1 < … < σ_N of a point; undefined where there is none. */
  sigmas(point: BoundPoint): readonly number[] | undefined;
  /** Points well apart to begin with, about where the best schedules of trained networks and of Gaussian data are. */
  readonly starts: readonly BoundPoint[];
  /** Whether two schedules are as good as one: their ln σ differ by less than half the spacing of the dense levels, root mean square. */
  areNear(a: readonly number[], b: readonly number[]): boolean;
}

/**
 * Where δ² is looked for: 1e-8 to 1e-3. It stands for the noise that is left in the end, and decides σ_1. Gaussian data as loud as speech wants
 * 1e-7, a small trained network, poor where there is little noise, 1e-5 to 3e-4.
 */
export const EIGHTHS = [-64, -24] as const;
const START_EIGHTHS = [-28, -32, -36, -40, -44, -48, -52, -56];
/** Gaussian data wants to begin at 0.3, a small trained network between 0.7 and 1.7, where little depends on it. */
const START_SIGMAS = [0.87, 0.4];

/** @param table as `measureErrors` gives it; its levels are interpolated */
export function boundPlane(table: ErrorTable, steps: number): BoundPlane {
  const dense = denseTable(table, steps);
  const levels = dense.sigmas.length;
  const spacing = Math.log(dense.sigmas[1]! / dense.sigmas[0]!);

  function boundAt(eighths: number) {
    if (eighths < EIGHTHS[0] || eighths > EIGHTHS[1]) return undefined;
    return bound(dense, steps, 10 ** (eighths / 8));
  }
  function nearest(sigma: number): number {
    const index = Math.round(Math.log(sigma / dense.sigmas[0]!) / spacing);
    return Math.min(levels - 1, Math.max(steps - 1, index));
  }
  return {
    *row(eighths) {
      const found = boundAt(eighths);
      for (let terminal = steps - 1; found !== undefined && terminal < levels; terminal++) {
        yield [{ terminal, eighths }, found.sigmas(steps, terminal)];
      }
    },
    sigmas({ terminal, eighths }) {
      if (terminal < steps - 1 || terminal >= levels) return undefined;
      return boundAt(eighths)?.sigmas(steps, terminal);
    },
    starts: START_EIGHTHS.map((eighths, i) => ({ terminal: nearest(START_SIGMAS[i % 2]!), eighths })),
    areNear(a, b) {
      const squares = a.reduce((sum, sigma, i) => sum + Math.log(sigma / b[i]!) ** 2, 0);
      return Math.sqrt(squares / a.length) < spacing / 2;
    },
  };
}
