/** Says each text once. */
export function once(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    // What comes from elsewhere may differ for ever.
    if (said.has(text) || said.size >= MOST_REMARKS) return;
    said.add(text);
    say(text);
  };
}

const MOST_REMARKS = 200;

/** An error's message in one line. */
export function lineOf({ message }: Error): string {
  return message.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}

/** Of a connection that is lost or was ended: that is said elsewhere, and what was wanted is done when it is back. */
export function isConnectionError({ message }: Error): boolean {
  return /ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|connection is closed|connection is in|socket timeout|LOADING|Stream isn't writeable/i.test(
    message,
  );
}
