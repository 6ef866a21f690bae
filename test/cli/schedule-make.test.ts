import { readFileSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose, warnings } from '../../src/schedule/diagnostics.ts';
import { FAMILIES, makeFamily } from '../../src/schedule/families.ts';
import { loadSchedule } from '../../src/schedule/file.ts';
import { formula } from '../../src/schedule/generators/formula.ts';
import { linear } from '../../src/schedule/generators/linear.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { writeModelFolder } from './found-schedule.ts';
import { sandbox } from './sandbox.ts';

const NAMES = Object.keys(FAMILIES).join(', ');

const { at, shell, examples, loadedBy } = sandbox('schedule-make');

describe('a family', () => {
  test('is printed: its name, its betas, and what to know', () => {
    const { status, stdout, stderr } = shell('schedule-make linear --iters 6');
    expect([status, stderr]).toEqual([0, '']);
    const [name, ...lines] = stdout.trimEnd().split('\n');
    expect(name).toBe('linear-6');
    // That float32 takes β_1 for 17/16.78 of itself: 1e-6/2^-24 = 16.78.
    expect(lines.splice(2)).toEqual(warnings(diagnose(makeFamily('linear', 6))));
    const printed = lines.join(' ').trim().split(/\s+/).map(Number);
    // Evenly from 1e-6 to 1e-2, by hand.
    expect(printed).toEqual([1e-6, 2.0008e-3, 4.0006e-3, 6.0004e-3, 8.0002e-3, 1e-2]);
  });

  test('--json is the schedule with where it comes from, its remarks on standard error', () => {
    const { stdout, stderr } = shell('schedule-make karras --iters 6 --range 1e-4 0.7 --rho 5 --json');
    const { betas, source } = makeFamily('karras', 6, [1e-4, 0.7], { rho: 5 });
    expect(JSON.parse(stdout)).toEqual({
      name: 'karras-6',
      source,
      clamp: 'x0',
      betas,
      provenance: { family: 'karras', range: [1e-4, 0.7], parameters: { rho: 5 } },
    });
    const remarks = warnings(diagnose(NoiseSchedule.fromBetas(betas)));
    expect(remarks.length).toBeGreaterThan(0);
    expect(stderr).toBe(`${remarks.join('\n')}\n`);
    expect(shell('schedule-make karras --iters 6 --range 1e-4 0.7 --json --quiet').stderr).toBe('');
  });

  test('takes its parameters, also those that are negative or of one letter', () => {
    const betasOf = (line: string) => (JSON.parse(shell(`${line} --json`).stdout) as { betas: number[] }).betas;
    const parameters = { start: -2, end: 1, tau: 0.5 };
    expect(betasOf('schedule-make sigmoid --iters 4 --start -2 --end 1 --tau 0.5')).toEqual(
      makeFamily('sigmoid', 4, undefined, parameters).betas,
    );
    expect(betasOf('schedule-make cosine --iters 4 -s 0.2')).toEqual(
      makeFamily('cosine', 4, undefined, { s: 0.2 }).betas,
    );
  });

  test('goes into files by their endings, with a name and a clamp', async () => {
    const line = 'schedule-make cosine --iters 5 --name mine --clamp state -o made/a.json b.npy c.pt';
    const { status, stdout } = shell(line);
    expect(status).toBe(0);
    const said = stdout.split('\n');
    expect(said[0]).toBe('mine');
    expect(said.filter((sentence) => sentence.startsWith('Written'))).toEqual([
      'Written to made/a.json.',
      'Written to b.npy.',
      'Written to c.pt.',
    ]);
    // What a form cannot hold is said by the form; that it is said here is all that matters.
    expect(stdout).toContain('The clamp, state, is not in a .npy file; .json keeps it.');

    const { betas, source } = makeFamily('cosine', 5);
    expect(await loadSchedule(at('made/a.json'))).toMatchObject({
      name: 'mine',
      source,
      clamp: 'state',
      betas,
    });
    const json = JSON.parse(readFileSync(at('made/a.json'), 'utf8')) as unknown;
    expect(json).toMatchObject({ provenance: { family: 'cosine', range: [0.0012, 0.7], parameters: {} } });
    expect((await loadSchedule(at('c.pt'))).betas).toEqual(betas.map(Math.fround));
  });

  test('--list writes a .pt with all digits', async () => {
    expect(shell('schedule-make karras --iters 6 --list -o list.pt').status).toBe(0);
    expect((await loadSchedule(at('list.pt'))).betas).toEqual(makeFamily('karras', 6).betas);
  });

  test('out of its range is an error in one sentence', () => {
    expect(shell('schedule-make karras --iters 6 --range 0.7 0.1')).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        'schedule-make: karras: the range must be two sigmas from 1e-9 to 1000, the second at least 1.000001 times the first, got [0.7, 0.1]\n',
    });
  });

  test('loads neither mathjs nor an engine nor audio code', () => {
    const loaded = loadedBy('schedule-make karras --iters 6');
    expect(loaded).toContain('/dist/schedule/generators/karras.js');
    expect(loaded).not.toMatch(/\/node_modules\/(mathjs|onnxruntime-|@tensorflow|fft\.js|@alexanderolsen|piscina)/);
  });
});

describe('--model', () => {
  test('has its training in place of the reference’s: for warnings, and for families over its steps', async () => {
    writeModelFolder(at('short'), [1e-6, 1e-3]);
    const training = linear(1e-6, 1e-3, 1000);
    const { stdout, stderr } = shell('schedule-make uniform-t --iters 6 --model short/model.safetensors --json');
    expect(stderr).not.toContain('noisier');
    const { betas, provenance } = JSON.parse(stdout) as { betas: number[]; provenance: unknown };
    expect(betas).toEqual(makeFamily('uniform-t', 6, undefined, {}, training).betas);
    expect(betas).not.toEqual(makeFamily('uniform-t', 6).betas);
    expect(provenance).toEqual({
      family: 'uniform-t',
      range: [1, 1000],
      parameters: {},
      model: 'short/model.safetensors',
    });
    // σ of the noisiest trained level is sqrt(1/0.778² − 1) = 0.81.
    expect(shell('schedule-make karras --iters 6 --range 1e-3 1 --model short').stdout).toMatch(
      /\n1 level is noisier than the last trained level, 0\.77\d; .* against 0\.80\d\)\.\n/,
    );
    expect(shell('schedule-make karras --iters 6 --range 1e-3 1').stdout).not.toContain('noisier');
  });

  test('without a config is told, and one that is not there an error', () => {
    writeModelFolder(at('bare'));
    rmSync(at('bare/config.json'));
    expect(shell('schedule-make karras --iters 6 --model bare')).toMatchObject({
      status: 0,
      stderr: "schedule-make: bare/config.json: there is none, so the trained range is taken to be the reference's\n",
    });
    expect(shell('schedule-make karras --iters 6 --model nowhere')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: 'schedule-make: nowhere: expected a model folder or a checkpoint, but there is nothing\n',
    });
  });
});

describe('--formula', () => {
  test('makes betas by an expression, with a range as its lo and hi', async () => {
    const { status, stdout } = shell(
      `schedule-make --formula 'lo * (hi/lo)^((n-1)/(N-1))' --iters 6 --range 2e-6 0.1 --json`,
    );
    expect(status).toBe(0);
    const expression = 'lo * (hi/lo)^((n-1)/(N-1))';
    expect(JSON.parse(stdout)).toEqual({
      ...(await formula(expression, 6, [2e-6, 0.1])).toJSON(),
      provenance: { formula: expression, range: [2e-6, 0.1] },
    });
  });

  test('that gives no beta is an error that says at which n', () => {
    const { status, stdout, stderr } = shell(`schedule-make --formula 'n / 4' --iters 6`);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe("schedule-make: formula 'n / 4': beta must lie strictly between 0 and 1, got 1 at n = 4\n");
  });

  test('is where mathjs is loaded', () => {
    expect(loadedBy("schedule-make --formula '0.1' --iters 2")).toContain('/node_modules/mathjs/');
  });
});

test.each([
  ['', `a family (${NAMES}) or --formula was expected, got neither`],
  ['nothing --iters 6', `a family (${NAMES}) or --formula was expected, got nothing`],
  ['karras', '--iters is needed, the number of steps'],
  ['karras --iters 0', '--iters must be a whole number of at least 1, got 0'],
  ['karras linear --iters 6', 'one family was expected, got karras linear'],
  ["karras --iters 6 --formula '0.1'", "a family or --formula was expected, got both karras and '0.1'"],
  ['sigmoid --iters 6 -s 2', '-s is no parameter of sigmoid, which has --start, --end, --tau'],
  ['linear --iters 6 --rho 2', '--rho is no parameter of linear, which has no parameters'],
  ["--formula '0.1' --iters 6 --rho 2", '--rho is no parameter of a formula, which has no parameters'],
  ['karras --iters 6 -o a.json b.txt', '--out must end in .json, .pt, .npy, .npz, .csv, got b.txt'],
  [
    '-o a.json karras --iters 6',
    '--out must end in .json, .pt, .npy, .npz, .csv, got karras; put the family before -o',
  ],
  ["karras --iters 6 --name ''", '--name must be a name, got nothing'],
  ['karras --iters 6 --list -o a.npy', '--list is for an --out that ends in .pt'],
])('"%s" is used wrongly: exit 2', (args, sentence) => {
  expect(shell(`schedule-make ${args}`)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `schedule-make: ${sentence}\nTry schedule-make --help.\n`,
  });
});

describe('--help', () => {
  test('lists every family in a line, and every parameter', () => {
    const lines = shell('schedule-make --help').stdout.split('\n');
    for (const [name, { describe: said, parameters }] of Object.entries(FAMILIES)) {
      expect(lines.filter((line) => line.startsWith(`${name} `) && line.endsWith(said))).toHaveLength(1);
      for (const parameter of Object.keys(parameters)) {
        expect(lines.filter((line) => line.trim().split(' ')[0]!.replace(/^--?/, '') === parameter)).toHaveLength(1);
      }
    }
  });

  test('has examples that run', () => {
    const commands = examples();
    expect(commands).toHaveLength(7);
    writeModelFolder(at('folder'));
    for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
  });
});
