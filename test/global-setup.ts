import { execSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Builds the package before any test, since commands are tested as they are installed (their source takes twice the time to start), and gives
 * all tests a temporary folder in which what killed ones leave goes with it.
 */
export default function setup(): () => void {
  execSync('npm run --silent build', { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'wavegrad-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
