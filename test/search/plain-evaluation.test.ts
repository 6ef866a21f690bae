import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPlainEvaluation, readJournal } from '../../src/search/journal.ts';

const plain = {
  type: 'evaluation',
  phase: 'search',
  trial: 3,
  origin: 'random-near',
  parent: 1,
  betas: [1e-6, 0.01, 0.5],
  replicate: 0,
  draws: 1,
  clips: [0, 1],
  distances: { 'log-mel-l1': [0.5] },
  nfe: 3,
  charged: 0.5,
  seconds: 0.1,
  worker: 1,
  start: 1,
  end: 2,
};

test('knows what a search writes', () => {
  expect(isPlainEvaluation(plain)).toBe(true);
  const { type, phase, betas, replicate, distances, nfe, seconds, worker, start, end } = plain;
  expect(isPlainEvaluation({ type, phase, betas, replicate, distances, nfe, seconds, worker, start, end })).toBe(true);
  expect(isPlainEvaluation({ type, phase, betas, replicate, distances, nfe, seconds, worker, start })).toBe(false);
});

const VALUES = [
  null,
  true,
  false,
  -1,
  0,
  0.5,
  1,
  Number.POSITIVE_INFINITY,
  '',
  'x',
  'search',
  'evaluation',
  [],
  [0],
  [1, 0],
  [0.5, 1],
  {},
];
const KEYS = [...Object.keys(plain), 'coarse', 'constructor', '__proto__', 'more'];

test('says yes to nothing that the schema of the journal refuses or changes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wavegrad-schedules-'));
  const path = join(folder, 'journal.jsonl');
  const texts = KEYS.flatMap((key) => [
    JSON.stringify(Object.fromEntries(Object.entries(plain).filter(([own]) => own !== key))),
    ...VALUES.map((value) => {
      const rest = Object.entries(plain).filter(([own]) => own !== key);
      const all = [...rest, [key, value] as const].map(([own, of]) => `${JSON.stringify(own)}:${textOf(of)}`);
      return `{${all.join()}}`;
    }),
    `${JSON.stringify(plain).slice(0, -1)},"distances":{"${key}":[1]}}`,
  ]);
  let plainOnes = 0;
  for (const text of texts) {
    const data: unknown = JSON.parse(text);
    if (!isPlainEvaluation(data)) continue;
    plainOnes++;
    // Null is not plain: with one in another clip the whole line goes through the schema.
    const other = text.replace(/"distances":\{[^}]*\}/, '"distances":{"log-mel-l1":[null]}');
    await writeFile(path, `{"type":"journal","format":1}\n${other}\n`);
    const { evaluations } = await readJournal(path);
    expect({ ...evaluations[0], distances: {} }).toEqual({ ...data, distances: {} });
  }
  expect(plainOnes).toBeGreaterThan(20);
  expect(plainOnes).toBeLessThan(texts.length / 2);
});

function textOf(value: unknown): string {
  return value === Number.POSITIVE_INFINITY ? '1e999' : JSON.stringify(value);
}
