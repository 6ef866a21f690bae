import { type UnzipFileInfo, unzipSync } from 'fflate';
import { InputError } from './input-error.ts';

/** Bytes that each entry takes at the least in a zip's directory. */
const directoryRecord = 46;

/**
 * The entries of a zip whose entries are all stored, not compressed, by name.
 *
 * fflate trusts what the directory says: it goes through billions of entries if told to, and cuts an entry that reaches past the
 * end. So each entry is checked before it is copied and again after.
 *
 * @throws InputError when it is no whole zip, an entry is compressed, or the entries claim more bytes than the file has
 */
export function storedZipEntries(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const sizes = new Map<string, number>();
  let total = 0;
  const admit = ({ name, size, originalSize, compression }: UnzipFileInfo): boolean => {
    const entry = JSON.stringify(name.slice(0, 100));
    if (compression !== 0) {
      throw new InputError(`${where}: expected stored entries, as torch.save writes them, but ${entry} is compressed`);
    }
    total += size;
    if (size !== originalSize || total > bytes.length) {
      throw new InputError(`${where}: the entries up to ${entry} claim more bytes than the file's ${bytes.length}`);
    }
    if (sizes.has(name) || name === '__proto__' || (sizes.size + 1) * directoryRecord > bytes.length) {
      throw new InputError(`${where}: expected entries with names of their own, but its directory repeats ${entry}`);
    }
    sizes.set(name, size);
    return true;
  };

  const entries = new Map(Object.entries(unzip(bytes, where, admit)));
  for (const [name, size] of sizes) {
    const got = entries.get(name)?.length ?? 0;
    if (got !== size) {
      throw new InputError(`${where}: expected ${size} bytes for ${JSON.stringify(name)}, but only ${got} are there`);
    }
  }
  return entries;
}

function unzip(
  bytes: Uint8Array,
  where: string,
  filter: (entry: UnzipFileInfo) => boolean,
): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${where}: expected a whole zip file, but it has no directory and seems cut short at byte ${bytes.length}`,
    );
  }
}
