/** Controls, marks that turn the direction of text, line separators, halves of characters; of the joiners, names of files are made. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Text that may hold anything a file said, in one line that steers no terminal and reads as it is: what cannot be seen is written as
 * \u001b, and of what is longer than `most` characters the middle is left out.
 */
export function shownText(text: string, most = Number.POSITIVE_INFINITY): string {
  const end = Math.floor(most / 3);
  const short = text.length > most ? `${text.slice(0, most - end)} … ${text.slice(-end)}` : text;
  return short.replace(UNSEEN, (unseen) => `\\u${unseen.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}
