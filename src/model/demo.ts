import { fileURLToPath } from 'node:url';

/** The folder of the model, and of the clips, that ship with the project; the same depth below its root in src/ and in dist/. */
export const DEMO = fileURLToPath(new URL('../../experiments/demo/', import.meta.url));
