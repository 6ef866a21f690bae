import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { modelFiles } from '../../src/model/model-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'wavegrad-files-'));

afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

test.each([
  [['checkpoint.pt', 'exported.pt'], 'checkpoint.pt'],
  [['a.safetensors', 'checkpoint.pt', 'model.safetensors'], 'model.safetensors'],
  [['only.pt', 'notes.txt'], 'only.pt'],
])('of a folder with %j the checkpoint is %s', async (names, expected) => {
  for (const name of names) writeFileSync(join(folder, name), '');
  expect(await modelFiles(folder)).toEqual({
    folder,
    checkpoint: join(folder, expected),
    config: join(folder, 'config.json'),
  });
});

test('of several others none is preferred', async () => {
  for (const name of ['b.pt', 'a.safetensors']) writeFileSync(join(folder, name), '');
  await expect(modelFiles(folder)).rejects.toThrow(
    new InputError(
      `${folder}: expected one checkpoint (model.safetensors, checkpoint.pt, or a single .safetensors or .pt file), got a.safetensors, b.pt`,
    ),
  );
});
