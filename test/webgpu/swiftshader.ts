import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The software Vulkan driver in Debian's chromium package. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

export const hasSwiftShader = existsSync(DRIVER);

export const SWIFTSHADER = { VK_ICD_FILENAMES: DRIVER, XDG_RUNTIME_DIR: tmpdir() } as const;

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** What a script beside this file prints as JSON in a process of its own: what goes wrong in a driver may abort it. */
export function onSwiftShader(script: string): unknown {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--import', TSX, path], {
    encoding: 'utf8',
    env: { ...process.env, ...SWIFTSHADER },
  });
  if (status !== 0) throw new Error(`${script} ended with ${status ?? signal}: ${stderr}`);
  return JSON.parse(stdout);
}
