import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { checkpointSteps } from '../training/run-files.ts';
import { sandbox } from './sandbox.ts';
import { writeTrainFolder } from './train-folder.ts';

const OLDER = fileURLToPath(new URL('../fixtures/older', import.meta.url));
const TINY = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));

const { at, shell } = sandbox('schedule-search', 'schedule-report', 'schedule-train');

beforeAll(() => {
  for (const part of ['clips', 'studies']) cpSync(join(OLDER, part), at(part), { recursive: true });
  writeTrainFolder(at);
});

/** What a search of today is told so that it is the one of an older study. */
const OPTIONS: Readonly<Record<string, string>> = {
  '1-search': '--strategy random --no-race',
  '2-models': '--strategy random --no-race',
  '3-training': '--strategy random --no-race',
  '4-races': '',
  '5-draws': '',
  '6-coarse': '--coarse int8',
  '6-devices': '',
  '7-listening': '',
};

interface Row extends Readonly<Record<string, string>> {
  readonly id: string;
  readonly state: string;
}

function rowsOf(folder: string): Row[] {
  return parse<Row>(readFileSync(join(folder, 'trials.csv')), { columns: true });
}

/** What is the same however long it took and whatever columns came since. */
function comparable({ id, state, score, nfe, strategy, beta_1: beta }: Row) {
  return { id, state, score, nfe, strategy, beta };
}

describe('a study of an older version', { timeout: 120_000 }, () => {
  test.each(Object.keys(OPTIONS))('%s is finished, and goes on with a larger budget', (name) => {
    const before = rowsOf(at('studies', name));
    const search = `schedule-search --iters 4 --jobs 2 --model ${TINY}/checkpoint.pt --clips clips --clip-seconds 0.2 --clip-count 3 ${OPTIONS[name]} --study studies/${name} --report ${name}.html --resume`;
    const finished = shell(`${search} --budget 160`);
    expect([finished.status, finished.stderr]).toEqual([0, expect.stringMatching(/^This study is finished: /)]);
    // `auto` proposes other trials than it did then, and needs more for as many.
    const isOther = name === '4-races';
    const more = shell(`${search} --budget ${isOther ? 230 : 180} --quiet`);
    expect([more.status, more.stderr]).toEqual([0, '']);
    const after = rowsOf(at('studies', name));
    expect(after.length).toBeGreaterThan(before.length);
    // The last rows are of trials that the budget ended.
    const same = isOther ? 10 : before.length - 3;
    expect(after.slice(0, same).map(comparable)).toEqual(before.slice(0, same).map(comparable));
  });

  test('of several numbers of steps is shown', () => {
    const { status, stdout } = shell('schedule-report studies/5-several');
    expect([status, stdout]).toEqual([0, `${at('reports', '5-several.html')}\n`]);
    expect(readdirSync(at('reports', '5-several')).toSorted()).toEqual(['2.html', '4.html']);
  });

  test('is shown with what can be heard of it', () => {
    expect(shell('schedule-report studies/7-listening -o heard.html').status).toBe(0);
    expect(readFileSync(at('heard.html'), 'utf8').match(/<audio/g)).toHaveLength(15);
  });
});

describe('a training of an older version', { timeout: 120_000 }, () => {
  /** The weights that a run has after five steps. */
  function trained(run: string) {
    const { status, stderr } = shell(`schedule-train -c config.json --logdir ${run} --steps 5 --quiet`);
    expect([status, stderr]).toEqual([0, '']);
    expect(checkpointSteps(at(run))).toContain(5);
    const path = at(run, 'checkpoints', 'step-00000005', 'model.safetensors');
    return [...readSafetensors(readFileSync(path), path).tensors].map(
      ([tensor, { toFloat32 }]) => [tensor, [...toFloat32()]] as const,
    );
  }

  let today: ReturnType<typeof trained>;
  beforeAll(() => {
    today = trained('today');
  });

  test.each(readdirSync(join(OLDER, 'runs')))('%s goes on to where one of today comes', (name) => {
    cpSync(join(OLDER, 'runs', name), at(name), { recursive: true });
    const goneOn = trained(name);
    // Kernels that add up in another order since then differ in the last digits.
    const differences = goneOn.flatMap(([tensor, data], i) => {
      expect(tensor).toBe(today[i]![0]);
      return data.map((value, at) => Math.abs(value - today[i]![1][at]!));
    });
    expect(differences.reduce((a, b) => Math.max(a, b))).toBeLessThan(1e-6);
  });
});
