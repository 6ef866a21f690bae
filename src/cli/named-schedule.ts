import { InputError } from '../formats/input-error.ts';
import { FAMILIES } from '../schedule/families.ts';
import { findSchedule } from '../schedule/file.ts';

/**
 * What `findSchedule` finds where a family may stand, too: what is wrong with a name names those.
 *
 * @throws InputError as `findSchedule` does
 */
export async function namedSchedule(name: string, modelFolder: string) {
  return findSchedule(name, { model: modelFolder }).catch((error: unknown) => {
    const isName = error instanceof InputError && /^[\w-]+$/.test(name);
    throw isName ? new InputError(`${error.message}, or a family: ${Object.keys(FAMILIES).join(', ')}`) : error;
  });
}
