import { execSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the package before any test: commands are tested as they are installed, which start in half of the time that their source takes. */
export default function build(): void {
  execSync('npm run --silent build', { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' });
}
