/** Changes the cells and words of a text: a table of comma-separated values, a list of paths, a list of numbers. */
import fc from 'fast-check';

const WORDS = [
  '',
  '0',
  '-1',
  '1e999',
  '-1e999',
  'NaN',
  'Infinity',
  '0x10',
  '1_000',
  '9'.repeat(400),
  '"',
  '""',
  '"a\nb"',
  '\u001b[31m',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\0',
  '../../../../etc/passwd.wav',
  '/dev/zero.wav',
  '__proto__',
  '<script>',
  'x'.repeat(100_000),
  '['.repeat(10_000),
  '('.repeat(10_000),
  ','.repeat(10_000),
  '\n'.repeat(10_000),
  ' '.repeat(50_000),
  'tensor('.repeat(3_000),
];

const edits = fc.array(
  fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('replace', 'replace', 'insert', 'drop', 'repeat line', 'swap'),
    word: fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 30, unit: 'binary' })),
    times: fc.constantFrom(2, 50, 5_000),
  }),
  { minLength: 1, maxLength: 3 },
);

/** The text with one to three words or lines of it changed. */
export function hostileText(original: Uint8Array, index: number, seed: number): Uint8Array<ArrayBuffer> {
  let text = new TextDecoder().decode(original);
  for (const { at, kind, word, times } of fc.sample(edits, { seed: (seed * 1_000_003 + index) | 0, numRuns: 1 })[0]!) {
    if (kind === 'repeat line') {
      const lines = text.split('\n');
      const line = at % lines.length;
      lines.splice(
        line,
        1,
        ...Array.from({ length: Math.min(times, 2 ** 20 / (lines[line]!.length + 1)) }, () => lines[line]!),
      );
      text = lines.join('\n');
      continue;
    }
    // Words, and what stands between them.
    const parts = text.split(/([,\s[\]()|]+)/);
    const i = at % parts.length;
    if (kind === 'replace') parts[i] = word;
    else if (kind === 'insert') parts.splice(i, 0, word);
    else if (kind === 'drop') parts.splice(i, 1);
    else [parts[i], parts[(at * 7) % parts.length]] = [parts[(at * 7) % parts.length]!, parts[i]!];
    text = parts.join('');
  }
  return new TextEncoder().encode(text);
}
