/**
 * Times whole commands of the built package: those that should start at once, and the import of a training checkpoint of the full size.
 *
 *   npm run build && node --import tsx bench/commands.ts [--rounds 7] [--json]
 *
 * The checkpoint has 15,810,401 random weights, Adam's two moments of each, the training schedule's buffers and an iteration, 190 MB.
 * Each round runs every command once, so that all meet the same machine; `node -e 0` is what Node itself takes.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type PyTorchInput, writePyTorch } from '../src/formats/pytorch-writer.ts';
import { loadConfig } from '../src/model/load-config.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { fillNormal } from '../src/random/noise.ts';
import { linear } from '../src/schedule/generators/linear.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const CONFIG = join(root, 'test/fixtures/default-config.json');

/** The file that the reference's training writes, with random numbers. */
async function trainingCheckpoint(): Promise<Uint8Array> {
  const parameters = buildWaveGrad(await loadConfig(CONFIG)).parameters();
  const tensor = (shape: readonly number[], clip: number) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    return { shape, data: fillNormal(data, { seed: 0, purpose: 'scoring', clip, replicate: 0, k: 0 }) };
  };
  const { betas, levels } = linear(1e-6, 1e-2, 1000);
  const buffer = (values: readonly number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
  const state = new Map([
    ...parameters.map(({ name, shape }, i) => [name, tensor(shape, i)] as const),
    ['betas', buffer(betas)] as const,
    ['alphas_cumprod', buffer(levels.map((level) => level * level))] as const,
  ]);
  const moments = parameters.map(({ shape }, i) => {
    const entries: [string, PyTorchInput][] = [
      ['step', 1000],
      ['exp_avg', tensor(shape, i)],
      ['exp_avg_sq', tensor(shape, i)],
    ];
    return [i, new Map(entries)] as const;
  });
  const entries: [string, PyTorchInput][] = [
    ['iteration', 1000],
    ['model', state],
    ['optimizer', new Map([['state', new Map(moments)]])],
  ];
  return writePyTorch(new Map(entries));
}

const folder = mkdtempSync(join(tmpdir(), 'commands-'));
writeFileSync(join(folder, 'checkpoint.pt'), await trainingCheckpoint());
copyFileSync(CONFIG, join(folder, 'config.json'));

const program = (name: string) => join(root, 'dist/cli', `${name}.js`);
const commands: Record<string, readonly string[]> = {
  'node -e 0': ['-e', '0'],
  'schedule-list': [program('schedule-list')],
  'schedule-list lmnt-6': [program('schedule-list'), 'lmnt-6'],
  'schedule-make karras --iters 6': [program('schedule-make'), 'karras', '--iters', '6'],
  "schedule-make --formula '1e-6 * phi^n' --iters 25": [
    program('schedule-make'),
    '--formula',
    '1e-6 * phi^n',
    '--iters',
    '25',
  ],
  'schedule-import checkpoint.pt -o model --force': [
    program('schedule-import'),
    'checkpoint.pt',
    '-o',
    'model',
    '--force',
  ],
};
const seconds: Record<string, number[]> = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [name, args] of Object.entries(commands)) {
    const begin = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    seconds[name]!.push((performance.now() - begin) / 1000);
  }
}
rmSync(folder, { recursive: true });

const table = new Table({ head: ['command', 'least, s', 'median, s', 'most, s'], style: { head: [], border: [] } });
for (const [name, times] of Object.entries(seconds)) {
  const sorted = times.toSorted((a, b) => a - b);
  table.push([name, ...[sorted[0]!, sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!].map((x) => x.toFixed(2))]);
}
process.stdout.write(options.json ? `${JSON.stringify(seconds)}\n` : `${table.toString()}\n`);
