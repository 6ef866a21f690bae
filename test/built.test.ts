import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeWav } from '../src/audio/wav.ts';

// What the package does when plain Node runs it, built: module interoperation differs from that of a test runner.
const root = fileURLToPath(new URL('..', import.meta.url));
const TINY = join(root, 'test/fixtures/reference-tiny/checkpoint.pt');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'built-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = folder) {
  return spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
}

test('scores on recordings of other rates and formats', () => {
  const tone = (rate: number, hz: number) =>
    Float32Array.from({ length: rate }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / rate));
  for (const [i, rate] of [8000, 16000, 44100, 48000].entries()) {
    writeFileSync(
      join(folder, `${i}.wav`),
      writeWav(tone(rate, 200 + 100 * i), rate, i % 2 === 0 ? 'pcm16' : 'float32'),
    );
  }
  const args = [
    '--model',
    TINY,
    '--clips',
    folder,
    '--clip-count',
    '2',
    '--clip-seconds',
    '0.3',
    '--budget',
    '12',
    '--json',
  ];
  const { status, stdout, stderr } = run(process.execPath, [join(root, 'dist/cli/schedule-search.js'), ...args]);
  expect(stderr).toContain('on 2 clips of 0.30 s');
  expect(status).toBe(0);
  expect(JSON.parse(stdout).best.betas).toHaveLength(6);
});

test('loads what is imported only when needed: decoders, the resampler, mathjs', () => {
  const recordings = ['stereo-44100.ogg', 'stereo-44100-vbr.mp3'].map((name) =>
    join(root, 'test/audio/fixtures', name),
  );
  const mel = [join(root, 'dist/cli/schedule-mel.js'), ...recordings, '-o', join(folder, 'mels'), '--resample'];
  expect(run(process.execPath, [...mel, '--format', 'npy', '--quiet'])).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(join(folder, 'mels')).toSorted()).toEqual(['stereo-44100-vbr.npy', 'stereo-44100.npy']);

  const make = [join(root, 'dist/cli/schedule-make.js'), '--formula', '0.1 * n', '--iters', '3', '--json'];
  expect(JSON.parse(run(process.execPath, make).stdout).betas).toEqual([0.1, 0.2, 0.1 * 3]);
});

test('the engine sends no telemetry, and says nothing of its own', () => {
  const script = join(folder, 'load.mjs');
  writeFileSync(
    script,
    `const { loadModel } = await import(${JSON.stringify(join(root, 'dist/index.js'))});
const model = await loadModel(${JSON.stringify(TINY)});
console.log(process.env.ORT_DISABLE_TELEMETRY, model.parameterCount);
await model.dispose();
`,
  );
  // Where it may not keep the number it knows a device by, telemetry complains on standard error.
  const { stdout, stderr } = run(process.execPath, [script], { HOME: '/proc', ORT_DISABLE_TELEMETRY: undefined });
  expect(stderr).toBe('');
  expect(stdout).toBe('1 26069\n');
});

test('npx finds the commands in a checkout that it has never seen', () => {
  const fresh = { npm_config_cache: join(folder, 'npm-cache'), npm_config_yes: 'false' };
  const { status, stdout, stderr } = run('npx', ['schedule-list', '--steps', '6', '--json'], fresh, root);
  expect(stderr).not.toContain('npm error');
  expect(status).toBe(0);
  expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toContain('ivanvovk-6');
});

test('every command starts and says its version', () => {
  const { bin, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const path of Object.values(bin) as string[]) {
    expect(run(process.execPath, [join(root, path), '--version']).stdout).toBe(`${version}\n`);
  }
});
