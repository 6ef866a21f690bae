import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import { writePyTorch } from '../../src/formats/pytorch-writer.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { loadPreset, loadSchedule } from '../../src/schedule/file.ts';
import { torchFile } from '../formats/torch-file.ts';
import { tinyCheckpoint, tinyConfig, tinyWeights } from '../model/tiny.ts';
import { writeModelFolder } from './found-schedule.ts';
import { sandbox } from './sandbox.ts';

const { at, shell, examples } = sandbox('schedule-export');

beforeAll(() => {
  mkdirSync(at('model/schedules'), { recursive: true });
  copyFileSync(tinyConfig, at('model/config.json'));
  copyFileSync(tinyCheckpoint, at('model/checkpoint.pt'));
  const best = { clamp: 'state', betas: BEST, provenance: PROVENANCE };
  writeFileSync(at('model/schedules/best-6.json'), JSON.stringify(best));
});

const PROVENANCE = { format: 1, outcome: { score: 0.5, betas: [null] } };

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

  test.each(['model', 'model/', 'model/checkpoint.pt'])('of a model named %s', async (model) => {
    expect(shell(`schedule-export best-6 --model ${model} -o named.csv`).status).toBe(0);
    expect((await loadSchedule(at('named.csv'))).betas).toEqual(BEST);
  });

  test('of a model that is not there is an error', () => {
    for (const from of ['lmnt-6', 'best-6']) {
      expect(shell(`schedule-export ${from} --model nowhere -o never.csv`)).toMatchObject({
        status: 1,
        stdout: '',
        stderr: 'schedule-export: nowhere: expected a model folder or a checkpoint, but there is nothing\n',
      });
    }
    expect(existsSync(at('never.csv'))).toBe(false);
  });

  test('keeps its provenance from JSON to JSON, in place too', () => {
    const provenanceOf = (path: string) => JSON.parse(readFileSync(at(path), 'utf8')).provenance as unknown;
    shell('schedule-export best-6 --model model -o kept.json');
    expect(provenanceOf('kept.json')).toEqual(PROVENANCE);
    shell('schedule-export ./kept.json -o kept.json');
    expect(provenanceOf('kept.json')).toEqual(PROVENANCE);
    shell('schedule-export fastdiff-6 -o kept.json');
    expect(provenanceOf('kept.json')).toBeUndefined();
  });

  test('is printed with what to know of it, by the model where one is given', () => {
    expect(shell("schedule-export '[2e-8, 0.1]' -o zero.csv").stderr).toBe(
      '1 level is less noisy than the first trained level, 0.99999950; the least noisy is 0.99999999 (σ 0.000141 against 0.00100).\n' +
        'In float32 the last reverse step divides by zero.\n',
    );
    expect(shell("schedule-export '[2e-8, 0.1]' -o zero.csv --quiet").stderr).toBe('');
    mkdirSync(at('short/schedules'), { recursive: true });
    writeModelFolder(at('short'), [1e-6, 1e-3]);
    // Levels of 1000 betas up to 1e-3 end near exp(−0.25) = 0.78, that of lmnt-6 is 0.703.
    expect(shell('schedule-export lmnt-6 --model short -o l.json').stderr).toMatch(
      /^1 level is noisier than .* 0\.77\d;/,
    );
    expect(shell('schedule-export lmnt-6 -o l.json').stderr).toBe('');
  });

  test('lets no control character through to the terminal', () => {
    writeFileSync(at('red.json'), '{"name": "a\\u001b[31m\\nb", "betas": [0.1, 0.2]}');
    const { stdout, stderr } = shell('schedule-export red.json -o "$(printf \'to\\033[31m.csv\')"');
    expect(stdout).toBe('a [31m b: 2 steps, for samplers with clamp x0.\nWritten to to [31m.csv.\n');
    expect(stderr).not.toContain('\u001b');
  });

  describe('and its clamp', () => {
    const clampOf = async (path: string) => (await loadSchedule(at(path))).clamp;

    test.each(['v.npy', 'v.npz', 'v.csv', 'v.pt'])('which %s does not say is assumed aloud for JSON', async (file) => {
      shell(`schedule-export fastdiff-6 -o ${file}`);
      const sentence = `${file} does not say the clamp; x0 is assumed, --clamp says another.\n`;
      expect(shell(`schedule-export ${file} -o v.json`).stderr).toBe(sentence);
      expect(shell(`schedule-export ${file} -o again.csv`).stderr).not.toContain('does not say');
      expect(shell(`schedule-export ${file} -o v.json --clamp none`).stderr).toBe('');
      expect(await clampOf('v.json')).toBe('none');
    });

    test('of a list is assumed, too', () => {
      expect(shell("schedule-export '[1e-5, 0.5]' -o v.json").stderr).toBe(
        'A list does not say the clamp; x0 is assumed, --clamp says another.\n',
      );
    });

    test('is the one that --clamp says, whatever a file says', async () => {
      expect(shell('schedule-export fastdiff-6 -o v.json --clamp state').stdout).toContain('with clamp state.');
      expect(await clampOf('v.json')).toBe('state');
    });
  });

  test("of numpy's numbers in a .pt is refused with what to save instead", () => {
    writeFileSync(at('numpy.pt'), torchFile('\x80\x02]q\x00cnumpy.core.multiarray\nscalar\nq\x01.'));
    const { status, stderr } = shell('schedule-export numpy.pt -o never.json');
    expect(status).toBe(1);
    expect(stderr).toContain('; nothing was run; for a schedule save torch.tensor(betas) or a list of floats\n');
  });

  test('may be what PyTorch saved: a tensor is no model', async () => {
    shell('schedule-export fastdiff-6 -o tensor.pt');
    shell('schedule-export tensor.pt -o tensor.csv');
    const { betas } = await loadPreset('fastdiff-6');
    expect((await loadSchedule(at('tensor.csv'))).betas).toEqual(betas.map(Math.fround));
  });

  test("may be PyTorch's dictionary: without a state dict it is no model", async () => {
    writeFileSync(at('betas.pt'), writePyTorch(new Map([['betas', [0.1, 0.5]]])));
    expect(shell('schedule-export betas.pt -o betas.csv').status).toBe(0);
    expect((await loadSchedule(at('betas.csv'))).betas).toEqual([0.1, 0.5]);
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
  ['model -o x.pt --clamp x0', '--clamp is for a schedule'],
])('%s is used wrongly: exit 2', (args, sentence) => {
  expect(shell(`schedule-export ${args}`)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `schedule-export: ${sentence}\nTry schedule-export --help.\n`,
  });
});

test('every example of --help runs', () => {
  const commands = examples();
  expect(commands).toHaveLength(6);
  for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
});

test('a folder named like a preset does not hide the preset', () => {
  mkdirSync(at('fastdiff-4'));
  expect(shell('schedule-export fastdiff-4 -o preset.npy')).toMatchObject({
    status: 0,
    stdout: 'fastdiff-4: 4 steps, for samplers with clamp none.\nWritten to preset.npy.\n',
  });
});
