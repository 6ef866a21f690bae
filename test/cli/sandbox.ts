import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';

/** The program of a command, built. */
export function programOf(command: string): string {
  return fileURLToPath(new URL(`../../dist/cli/${command}.js`, import.meta.url));
}

/** How a line ended, and what it printed. */
interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Sandbox {
  /** The path of the folder, or of something in it. */
  readonly at: (...path: string[]) => string;
  /** Runs a line as typed in a shell, in the folder. */
  readonly shell: (line: string) => Ended;
  /** The examples of the command's --help. */
  readonly examples: () => string[];
  /** The modules that a line loads, which must not fail, as the paths in V8's coverage. */
  readonly loadedBy: (line: string) => string;
}

/** A temporary folder for the tests of a file, empty at first, in which a command of this package, and others, run, by npx too. */
export function sandbox(command: string, ...others: readonly string[]): Sandbox {
  let root: string;
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), `${command}-`)));
    mkdirSync(join(root, 'bin'));
    mkdirSync(at());
    const script = (name: string, line: string) =>
      writeFileSync(join(root, 'bin', name), `#!/bin/sh\nexec ${line}\n`, { mode: 0o755 });
    for (const name of [command, ...others]) {
      script(name, `'${process.execPath}' '${programOf(name)}' "$@"`);
    }
    if (others.length > 0) script('npx', '"$@"');
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const at = (...path: string[]) => join(root, 'work', ...path);

  function shell(line: string): Ended {
    const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
    const PATH = `${join(root, 'bin')}:${env.PATH}`;
    return spawnSync('sh', ['-c', line], { cwd: at(), encoding: 'utf8', env: { ...env, PATH } });
  }
  return {
    at,
    shell,
    examples() {
      const help = shell(`${command} --help`).stdout;
      const lines = help.slice(help.indexOf('Examples:\n')).trimEnd().split('\n').slice(1);
      // What one does may stand beneath it; one that goes on in a second line would be run by halves.
      const commands = lines.filter((line) => !line.startsWith(' '.repeat(6)));
      return commands.map((line) => line.match(`^ {2}(${command} .*?)(?: {2}|$)`)![1]!);
    },
    loadedBy(line) {
      const coverage = mkdtempSync(join(root, 'coverage-'));
      expect(shell(`NODE_V8_COVERAGE='${coverage}' ${line}`).status).toBe(0);
      return readdirSync(coverage)
        .map((file) => readFileSync(join(coverage, file), 'utf8'))
        .join('\n');
    },
  };
}
