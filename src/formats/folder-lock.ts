import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { type FileHandle, link, open, readFile, readlink, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { InputError } from './input-error.ts';
import { checkData, parseJson } from './json.ts';

const FORMAT = 1;

const owner = z.strictObject({
  format: z.literal(FORMAT),
  pid: z.int().positive(),
  host: z.string(),
  /** The start of the machine and the process's since then, and the processes that it sees; absent where the system does not say. */
  process: z.string().optional(),
  namespace: z.string().optional(),
  /** When it was locked. */
  since: z.iso.datetime(),
  /** Makes each lock another text. */
  id: z.string(),
});

type Owner = z.infer<typeof owner>;

/** What is locked, in the words of a refusal. */
interface Locked {
  /** File in the folder, such as study.lock. */
  readonly name: string;
  /** Who else has it, such as 'another search is writing this study'. */
  readonly by: string;
  /** What to do about that, beside waiting, such as 'name another --study'. */
  readonly instead: string;
}

export interface FolderLock {
  /** Lets others have the folder; more than once does no harm. */
  release(): Promise<void>;
}

/**
 * Takes a folder, which exists, for this process alone, by a file in it that says who has it since when. What a process left behind that is gone, or whose
 * number another one has by now, is taken over; of several that try to, one does.
 *
 * @throws {InputError} where another process has the folder, or one of another machine may have
 */
export async function lockFolder(folder: string, { name, by, instead }: Locked): Promise<FolderLock> {
  return take(join(folder, name), (path, { pid, host, since }, isHere) => {
    const who = `process ${pid} on ${host} since ${shown(since)}`;
    const otherwise = isHere ? instead : `${instead}, or delete ${path} if that machine is no longer at it`;
    return new InputError(`${folder}: ${by} (${who}); wait for it, or ${otherwise}`);
  });
}

/** How often, and after how many milliseconds, another's takeover is waited for. */
const TRIES = 50;
const PAUSE_MS = 20;

type Refusal = (path: string, owner: Owner, isHere: boolean) => InputError;

async function take(path: string, refusal: Refusal): Promise<FolderLock> {
  const text = `${JSON.stringify(await thisProcess())}\n`;
  for (let left = TRIES; ; left--) {
    if (await create(path, text)) return held(path, text);
    const there = await readIfThere(path);
    if (there === undefined) continue;
    const known = ownerOf(there, path);
    const state = await stateOf(known);
    if (state !== 'gone' || left === 0) throw refusal(path, known, state !== 'elsewhere');
    // Only who has the right to take over this very lock may replace it, so that no two do, nor one a lock that is new by now.
    const right = await take(`${path}-${createHash('sha256').update(there).digest('hex').slice(0, 8)}`, refusal).catch(
      (error: unknown) => {
        if (error instanceof InputError) return undefined;
        throw error;
      },
    );
    if (right === undefined) {
      await sleep(PAUSE_MS);
      continue;
    }
    try {
      if ((await readIfThere(path)) === there) {
        await replace(path, text);
        return held(path, text);
      }
    } finally {
      await right.release();
    }
  }
}

/** Makes the file with that text, whole, unless there is one. */
async function create(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await write(await open(temporary, 'wx'), text);
    await link(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // Some file systems know no links.
      await write(await open(path, 'wx'), text);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await write(await open(temporary, 'wx'), text);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function write(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function held(path: string, text: string): FolderLock {
  const releaseNow = () => {
    try {
      // Who deleted it by hand may have let another in.
      if (readFileSync(path, 'utf8') === text) rmSync(path);
    } catch {
      // It is gone, or stays behind and is recognised as that.
    }
  };
  process.once('exit', releaseNow);
  return {
    async release() {
      process.off('exit', releaseNow);
      releaseNow();
    },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function ownerOf(text: string, path: string): Owner {
  try {
    return checkData(parseJson(text, path), owner, path);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${error.message}; delete it if nothing writes here`) : error;
  }
}

async function thisProcess(): Promise<Owner> {
  const { pid } = process;
  return {
    format: FORMAT,
    pid,
    host: hostname(),
    process: await processName(pid),
    namespace: await namespace(),
    since: new Date().toISOString(),
    id: randomUUID(),
  };
}

/** Whether the owner of a lock is at work, gone, or where that cannot be seen. */
async function stateOf({ pid, host, process: name, namespace: space }: Owner): Promise<'here' | 'gone' | 'elsewhere'> {
  if (host !== hostname() || space !== (await namespace())) return 'elsewhere';
  if (!isRunning(pid)) return 'gone';
  return name === (await processName(pid)) ? 'here' : 'gone';
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's is not ours to signal.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Tells a process from any that had or will have its number; undefined where the system does not say. */
async function processName(pid: number): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name, may hold anything; the start is the 22nd.
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return undefined;
  }
}

async function namespace(): Promise<string | undefined> {
  return readlink('/proc/self/ns/pid').catch(() => undefined);
}

/** To the minute, in the time zone of who reads it. */
function shown(since: string): string {
  const date = new Date(since);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
