import { fileURLToPath } from 'node:url';

/** The schedules that ship with the package; the same depth below its root in src/ and in dist/. */
export const PRESETS = fileURLToPath(new URL('../../schedules/', import.meta.url));
