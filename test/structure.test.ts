import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each folder of src may import beside its own files, types included; imports point one way. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  random: [],
  formats: [],
  schedule: ['formats'],
  audio: ['formats'],
  graph: [],
  engine: ['graph'],
  model: ['graph', 'engine', 'formats'],
  // formats: the check of what a config says of its training; graph: the reverse step as a program for devices.
  diffusion: ['schedule', 'random', 'model', 'engine', 'graph', 'formats'],
  // formats: what comes through a queue is checked as what comes in a file.
  pool: ['formats'],
  // engine: the type of a device, and the version that a study records.
  search: ['schedule', 'diffusion', 'audio', 'random', 'model', 'formats', 'pool', 'engine'],
  training: ['model', 'graph', 'engine', 'audio', 'diffusion', 'schedule', 'random', 'formats', 'pool'],
  inference: ['model', 'engine', 'diffusion', 'schedule', 'random', 'audio', 'formats', 'pool'],
  // schedule, audio, formats: diagnostics of what is shown, the metrics' names and units, and a page written whole.
  report: ['search', 'schedule', 'audio', 'formats'],
};

const rules: IForbiddenRuleType[] = [
  ...Object.entries(ROOMS).map(([room, may]) => ({
    name: `what ${room} may import`,
    severity: 'error' as const,
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: `^src/(${[room, ...may].join('|')})/` },
  })),
  {
    name: 'every folder is a room',
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/((${[...Object.keys(ROOMS), 'cli'].join('|')})/|index\\.ts$)` },
    to: {},
  },
  { name: 'no file stands alone', severity: 'error', from: { orphan: true, pathNot: '^src/index\\.ts$' }, to: {} },
  { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
  { name: 'every import is found', severity: 'error', from: {}, to: { couldNotResolve: true } },
];

async function look(baseDir: string): Promise<ICruiseResult> {
  const { output } = await cruise(['src'], {
    baseDir,
    // Without a parser for TypeScript it silently looks at no module.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node'],
    },
    ruleSet: { forbidden: rules },
    validate: true,
  });
  if (typeof output === 'string') throw new TypeError(output);
  return output;
}

/** One line for each violation. */
const violations = ({ summary }: ICruiseResult) =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();

const folder = mkdtempSync(join(tmpdir(), 'wavegrad-structure-'));

afterAll(() => rmSync(folder, { recursive: true }));

test('src keeps to its rooms, without circles or files that stand alone', async () => {
  const result = await look(root);
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(0);
  expect(result.modules.filter(({ source }) => source.startsWith('src/'))).toHaveLength(files.length);
  expect(violations(result)).toEqual([]);
});

test('each rule is seen to be broken', async () => {
  const broken = {
    'src/pool/pool.ts': "import { a } from '../graph/a.ts';\nexport const pool = a;\n",
    'src/graph/a.ts': "import { b } from './b.ts';\nexport const a = b;\n",
    'src/graph/b.ts':
      "import { a } from './a.ts';\nexport const b = 1;\nexport type A = typeof a;\nexport const c = a;\n",
    'src/formats/type.ts': "import type { A } from '../graph/b.ts';\nexport type T = A;\n",
    'src/audio/inline.ts': "import { type A, b } from '../graph/b.ts';\nexport type T = A;\nexport const x = b;\n",
    'src/schedule/ok.ts': "export type * from '../formats/type.ts';\nimport './missing.ts';\n",
    'src/attic/old.ts': "export { a } from '../graph/a.ts';\n",
    'src/random/alone.ts': 'export const alone = 1;\n',
  };
  for (const [path, text] of Object.entries(broken)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  expect(violations(await look(folder))).toEqual([
    'every folder is a room: src/attic/old.ts → src/graph/a.ts',
    'every import is found: src/schedule/ok.ts → ./missing.ts',
    'no circles: src/graph/a.ts → src/graph/b.ts',
    'no file stands alone: src/random/alone.ts → src/random/alone.ts',
    'what audio may import: src/audio/inline.ts → src/graph/b.ts',
    'what formats may import: src/formats/type.ts → src/graph/b.ts',
    'what pool may import: src/pool/pool.ts → src/graph/a.ts',
  ]);
});
