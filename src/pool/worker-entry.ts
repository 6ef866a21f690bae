/**
 * A worker's module beside the one that asks, from source or built.
 *
 * @param name without an ending
 * @param beside the asking module's import.meta.url
 */
export function workerEntry(name: string, beside: string): URL {
  return new URL(`./${name}${beside.endsWith('.ts') ? '.ts' : '.js'}`, beside);
}
