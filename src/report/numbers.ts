import type { Estimate } from '../search/statistics.ts';

/** A distance to four decimals, or a dash where there is none. */
export function decimal(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = value.toFixed(4);
  return text === '-0.0000' ? '0.0000' : text;
}

/** A mean ± its standard error. */
export function plusMinus({ mean, standardError }: Estimate): string {
  if (!Number.isFinite(mean)) return '–';
  return Number.isFinite(standardError) ? `${decimal(mean)} ± ${decimal(standardError)}` : decimal(mean);
}

/** 12345 → 12,345. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** 3 'trial' → 3 trials. */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** 75.2 → 1 min 15 s. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** [a, b, c] → a, b and c. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const MOST_BETAS = 12;

/** Betas to four digits in one line; of a long schedule the first and last few. */
export function shortBetas(betas: readonly number[]): string {
  const digits = betas.map((beta) =>
    Math.abs(beta) < 1e-3 ? beta.toExponential(3) : String(Number(beta.toPrecision(4))),
  );
  return digits.length <= MOST_BETAS
    ? digits.join(', ')
    : `${digits.slice(0, 4).join(', ')} … ${digits.slice(-4).join(', ')}`;
}

/** A name from a file, short enough for a label. */
export function shortName(name: string): string {
  return name.length <= 32 ? name : `${name.slice(0, 31)}…`;
}
