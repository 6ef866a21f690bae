/** Text from a file or its name without what could steer the terminal, or turn the direction of what stands beside it. */
export function plain(text: string): string {
  return text.replace(/(?:(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])+/gu, ' ');
}
