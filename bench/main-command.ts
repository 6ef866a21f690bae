/**
 * Runs the README's command, `npx schedule-search --iters 6 --jobs 8`, in an empty folder's study, and measures what it promises.
 *
 *   npm run build && node --import tsx bench/main-command.ts [--seed 0] [--json]
 *
 * Seconds to the first trial and in all, and by how many paired standard errors the winner is better than each baseline on held-out clips.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '0' }, json: { type: 'boolean', default: false } },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'main-command-'));
const study = join(folder, 'study');
const report = join(folder, 'report.html');

const begin = performance.now();
const args = ['schedule-search', '--iters', '6', '--jobs', '8', '--seed', values.seed, '--json', '--quiet'];
const child = spawn('npx', [...args, '--study', study, '--report', report], { cwd: root });
let stdout = '';
child.stdout.on('data', (chunk) => {
  stdout += chunk;
});
let firstTrial = Number.NaN;
const looking = setInterval(() => {
  const trials = join(study, 'trials.csv');
  if (!Number.isNaN(firstTrial) || !existsSync(trials)) return;
  if (readFileSync(trials, 'utf8').split('\n').length > 2) firstTrial = (performance.now() - begin) / 1000;
}, 20);
const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
clearInterval(looking);
if (status !== 0) throw new Error(`schedule-search ended with exit ${status}`);

interface Preset {
  readonly name: string;
  readonly difference: { readonly mean: number; readonly standardError: number };
}
const { presets } = JSON.parse(stdout) as { presets: Preset[] };
const margins = presets.map(({ name, difference: { mean, standardError } }) => ({
  name,
  margin: mean / standardError,
}));
const result = { firstTrialSeconds: firstTrial, seconds: (performance.now() - begin) / 1000, margins };
rmSync(folder, { recursive: true });
const lines = [
  `first trial after ${firstTrial.toFixed(1)} s, done after ${result.seconds.toFixed(0)} s`,
  ...margins.map(({ name, margin }) => `better than ${name} by ${margin.toFixed(2)} paired standard errors`),
];
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`);
