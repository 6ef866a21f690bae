/** Betas in rows as wide as the terminal, to read. */
export function betaRows(betas: readonly number[]): string {
  const cells = betas.map((beta) => beta.toExponential(6).padStart(15));
  const perRow = Math.max(1, Math.floor((process.stdout.columns ?? 80) / 15));
  const rows = Array.from({ length: Math.ceil(cells.length / perRow) }, (_, row) =>
    cells.slice(row * perRow, (row + 1) * perRow).join(''),
  );
  return rows.join('\n');
}
