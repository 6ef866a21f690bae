import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readStudy } from '../../src/search/read-study.ts';
import { sandbox } from './sandbox.ts';

const MODEL = fileURLToPath(new URL('../fixtures/reference-tiny/checkpoint.pt', import.meta.url));

const { at, shell } = sandbox('schedule-search');

/** The tiny network on a tenth of a second of two clips. */
function search(args: string) {
  return shell(`schedule-search --model '${MODEL}' --clip-count 2 --clip-seconds 0.1 --iters 4 --budget 130 ${args}`);
}

/** trials.csv without the column of seconds, which is the only one that may differ between runs. */
function trialsWithoutSeconds(study: string): string[] {
  const rows = readFileSync(at(study, 'trials.csv'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const seconds = rows[0]!.indexOf('seconds');
  return rows.map((row) => row.toSpliced(seconds, 1).join());
}

describe('a search whose candidates are first heard in eight bits', () => {
  test('says what that came to, and gives the same trials from where it was cut, by another number of workers', async () => {
    const { status, stdout } = search('--coarse int8 --jobs 1 --study whole');
    expect(status).toBe(0);
    const { trials, outcome, settings } = await readStudy(at('whole'));
    expect(settings.coarse).toEqual({ kind: 'int8', floatRates: 1 });
    const dropped = trials.filter(({ coarse }) => coarse);
    expect(dropped.length).toBeGreaterThan(0);
    expect(dropped.every(({ state }) => state === 'pruned')).toBe(true);
    const { coarse } = outcome!;
    expect(coarse!.dropped).toBe(dropped.length);
    expect(stdout).toContain(`${dropped.length} candidates dropped by that alone`);
    expect(stdout).toContain(`have a rank correlation of ${coarse!.correlation.toFixed(4)}`);
    expect(readFileSync(at('reports', 'whole.html'), 'utf8')).toContain('The first rung was heard in eight bits');
    // One of two clips, and three fifths for each evaluation; none shares more than all but one of its four.
    for (const { nfe } of dropped) expect([0.3, 0.6, 0.9, 1.2]).toContain(nfe);

    const journal = readFileSync(at('whole', 'journal.jsonl'), 'utf8').split('\n');
    const cut = journal.findLastIndex((line) => line.includes('"coarse":true'));
    mkdirSync(at('cut'));
    writeFileSync(at('cut', 'study.json'), readFileSync(at('whole', 'study.json')));
    writeFileSync(at('cut', 'journal.jsonl'), `${journal.slice(0, cut / 2).join('\n')}\n`);
    const again = search('--coarse int8 --jobs 2 --study cut --json');
    expect(again.stderr).toContain('Going on: ');
    expect(JSON.parse(again.stdout).coarse).toEqual(coarse);
    expect(trialsWithoutSeconds('cut')).toEqual(trialsWithoutSeconds('whole'));
    expect({ ...(await readStudy(at('cut'))).outcome, seconds: 0 }).toEqual({ ...outcome, seconds: 0 });
  });

  test('is another study than one in float32 alone', () => {
    const { status, stderr } = search('--study whole');
    expect(stderr).toContain(
      'this study was made with coarse {"kind":"int8","floatRates":1}, but now it is the default; use --fresh or another --study',
    );
    expect(status).toBe(1);
  });
});

test.each([
  ['--no-race', 'is for candidates that race, and with --no-race none do'],
  ['--strategy presets', 'is for candidates that race, and with --strategy presets none do'],
  ['--clip-count=1', 'is for candidates that race, and with --clip-count 1 none do'],
  ['--device auto', 'is for --engine onnxruntime on --device cpu, got onnxruntime on auto'],
  ['--engine tensorflow', 'is for --engine onnxruntime on --device cpu, got tensorflow on cpu'],
])('%s and --coarse int8 do not go together', (option, sentence) => {
  const { status, stderr } = shell(`schedule-search --coarse int8 ${option}`);
  expect(stderr.split('\n').filter((line) => line.startsWith('schedule-search: '))).toEqual([
    expect.stringContaining(`--coarse int8 ${sentence}`),
  ]);
  expect(status).toBe(2);
});
