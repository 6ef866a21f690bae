/** Options of the reference's inference.py that a parser of ours would take apart into letters. */
const REFERENCE_NAMES: Readonly<Record<string, string>> = {
  '-ch': '--checkpoint_path',
  '-ns': '--noise_schedule_path',
};

/** What its -v takes, `str2bool` of ivanvovk/WaveGrad's utils.py. */
const YES = /^(yes|true|t|y|1)$/i;
const NO = /^(no|false|f|n|0)$/i;

/**
 * A command line as ours are parsed, from one of the reference's inference.py: `-ch` and `-ns` by their long names, `-v no` as `--quiet`, and `-v` or
 * `-v yes` left out, since ours show progress anyway. `--verbose` without an answer is our own.
 */
export function inferArguments(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [, name, rest] = /^([^=]*)(.*)$/s.exec(args[i]!) as unknown as [string, string, string];
    const isVerbosity = name === '-v' || name === '--verbose';
    const value = rest === '' ? (args[i + 1] ?? '') : rest.slice(1);
    if (isVerbosity && (YES.test(value) || NO.test(value))) {
      if (rest === '') i++;
      if (NO.test(value)) result.push('--quiet');
    } else if (args[i] !== '-v') result.push((REFERENCE_NAMES[name] ?? name) + rest);
  }
  return result;
}
