/** What a file that is of another type than it should be begins with, for a message. */
export function firstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `a file that begins with ${start.join(' ')}`;
}

/** Whether a file begins with these bytes. */
export function beginsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
