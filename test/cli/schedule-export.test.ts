import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { loadPreset, loadSchedule } from '../../src/schedule/file.ts';
import { tinyCheckpoint, tinyConfig, tinyWeights } from '../model/tiny.ts';
import { sandbox } from './sandbox.ts';

const { at, shell, examples } = sandbox('schedule-export');

beforeAll(() => {
  mkdirSync(at('model/schedules'), { recursive: true });
  copyFileSync(tinyConfig, at('model/config.json'));
  copyFileSync(tinyCheckpoint, at('model/checkpoint.pt'));
  writeFileSync(at('model/schedules/best-6.json'), JSON.stringify({ clamp: 'state', betas: BEST }));
});

const BEST = [0.000001, 0.00002, 0.0003, 0.004, 0.05, 0.6];

describe('a model', () => {
  test.each(['model', 'model/', 'model/checkpoint.pt'])('named %s becomes a checkpoint', (from) => {
    const { status, stdout, stderr } = shell(`schedule-export ${from} -o out.pt`);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe('model/checkpoint.pt: 26,069 parameters, as float32.\nWritten to out.pt.\n');
    const saved = readPyTorch(readFileSync(at('out.pt')), 'out.pt') as Map<string, Map<string, Tensor>>;
    const weights = [...saved.get('model')!].map(([name, tensor]) => [name, tensor.toFloat32()] as const);
    expect(new Map(weights)).toEqual(new Map([...tinyWeights()].map(([name, { data }]) => [name, data])));
  });

  test('is converted with a config from elsewhere; --json gives the facts', () => {
    copyFileSync(tinyCheckpoint, at('lonely.pt'));
    const { stdout } = shell('schedule-export lonely.pt -o lonely.safetensors --config model/config.json --json');
    expect(JSON.parse(stdout)).toEqual({
      kind: 'model',
      source: 'lonely.pt',
      parameterCount: 26_069,
      bytes: readFileSync(at('lonely.safetensors')).length,
      out: 'lonely.safetensors',
    });
  });

  test('that does not fit its config is an error, and nothing is written', () => {
    mkdirSync(at('wrong'), { recursive: true });
    copyFileSync(tinyCheckpoint, at('wrong/checkpoint.pt'));
    const config = readFileSync(tinyConfig, 'utf8').replace(/"n_mels": 80/, '"n_mels": 100');
    writeFileSync(at('wrong/config.json'), config);
    const { status, stdout, stderr } = shell('schedule-export wrong -o never.pt');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain("wrong/checkpoint.pt: it takes 80 mel bands, but the config's n_mels is 100 (");
    expect(existsSync(at('never.pt'))).toBe(false);
  });
});

describe('a schedule', () => {
  test.each(['.npy', '.npz', '.csv', '.json', '.pt'])('becomes a %s that is read again', async (ending) => {
    const out = `fastdiff-6${ending}`;
    const { status, stdout } = shell(`schedule-export fastdiff-6 -o ${out}`);
    expect([status, stdout]).toEqual([0, `fastdiff-6: 6 steps, for samplers with clamp none.\nWritten to ${out}.\n`]);
    const { betas } = await loadPreset('fastdiff-6');
    expect((await loadSchedule(at(out))).betas).toEqual(ending === '.pt' ? betas.map(Math.fround) : betas);
  });

  test('is written with remarks on what its file does not hold, but for --quiet', () => {
    const { stderr } = shell('schedule-export fastdiff-6 -o 6.pt');
    expect(stderr).toMatch(/rounded to float32/);
    expect(stderr).toMatch(/clamp, none, is not in a \.pt file/);
    expect(shell('schedule-export fastdiff-6 -o 6.pt --quiet').stderr).toBe('');
  });

  test('--list keeps float64', async () => {
    shell('schedule-export fastdiff-6 -o list.pt --list');
    expect(readPyTorch(readFileSync(at('list.pt')), 'x')).toEqual((await loadPreset('fastdiff-6')).betas);
  });

  test('may be a Python list', async () => {
    shell("schedule-export '[1e-6, 2e-5, 0.5]' -o list.json");
    expect((await loadSchedule(at('list.json'))).betas).toEqual([1e-6, 2e-5, 0.5]);
  });

  test("may be one of a model's, and --json gives the facts", async () => {
    const { stdout } = shell('schedule-export best-6 --model model -o best.npy --json');
    expect(JSON.parse(stdout)).toEqual({ kind: 'schedule', name: 'best-6', steps: 6, clamp: 'state', out: 'best.npy' });
    expect((await loadSchedule(at('best.npy'))).betas).toEqual(BEST);
  });

  test('may be what PyTorch saved: a tensor is no model', async () => {
    shell('schedule-export fastdiff-6 -o tensor.pt');
    shell('schedule-export tensor.pt -o tensor.csv');
    const { betas } = await loadPreset('fastdiff-6');
    expect((await loadSchedule(at('tensor.csv'))).betas).toEqual(betas.map(Math.fround));
  });

  test('that is none is an error', () => {
    const { status, stdout, stderr } = shell('schedule-export nothing -o never.json');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^schedule-export: nothing: expected a path /);
    expect(existsSync(at('never.json'))).toBe(false);
  });
});

test.each([
  ['-o x.pt', 'one FROM was expected, got none'],
  ['a b -o x.pt', 'one FROM was expected, got a b'],
  ['model', 'Missing required argument: out'],
  ['model -o x.npy', 'a model is written to a file that ends in .pt or .safetensors, got x.npy'],
  ['model -o x.pt --list', '--list is for a schedule in a .pt file'],
  ['ivanvovk-6 -o x.npy --list', '--list is for a schedule in a .pt file'],
  ['ivanvovk-6 -o x.npy --config c.json', '--config is for a model'],
])('%s is used wrongly: exit 2', (args, sentence) => {
  expect(shell(`schedule-export ${args}`)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `schedule-export: ${sentence}\nTry schedule-export --help.\n`,
  });
});

test('every example of --help runs', () => {
  const commands = examples();
  expect(commands).toHaveLength(5);
  for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
});
