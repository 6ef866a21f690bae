const DEFAULT = 'schedules.html';

/** `--plot` may stand without its FILE, which is only what ends in .html, so that `--plot lmnt-6` names a schedule. */
export function withPlotFile(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => {
    const isFlag = arg === '--plot' && (end === -1 || i < end);
    return isFlag && !args[i + 1]?.endsWith('.html') ? `--plot=${DEFAULT}` : arg;
  });
}
