const DEFAULT = 'schedules.html';

const FILE = /\.html?$/i;

/** `--plot` may stand without its FILE, which is only what ends in .html or .htm, in any case, so that `--plot lmnt-6` names a schedule. */
export function withPlotFile(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => {
    const isFlag = arg === '--plot' && (end === -1 || i < end);
    return isFlag && !FILE.test(args[i + 1] ?? '') ? `--plot=${DEFAULT}` : arg;
  });
}
