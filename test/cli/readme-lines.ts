import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The lines under a heading of the README that call a command with npx, without npx and what is said beside them. */
export function readmeLines(heading: string, command: string): string[] {
  const section = README.split(/^## /m).find((text) => text.startsWith(`${heading}\n`))!;
  const lines = section.split('\n').filter((line) => line.startsWith(`npx ${command}`));
  return lines.map((line) => line.slice('npx '.length).split(' #')[0]!.trimEnd());
}
