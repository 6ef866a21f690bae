import { quoted } from './quoted.ts';

/** The option of commands that take filelists. */
export const ROOT_FLAG = {
  root: {
    type: 'string',
    describe:
      "Where a filelist's relative paths start, and below which its files must lie [default: the list's own folder]",
  },
} as const;

/** It as part of a command that is shown. */
export function rootArgument(root: string | undefined): string {
  return root === undefined ? '' : ` --root ${quoted(root)}`;
}
