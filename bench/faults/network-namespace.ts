import { execFileSync } from 'node:child_process';

/** A network of its own, joined to this machine's by one cable. */
export interface NetworkNamespace {
  /** What runs a command in it. */
  readonly prefix: readonly [string, ...string[]];
  /** This machine's address there. */
  readonly address: string;
  /** Pulls the cable, or puts it in again. */
  connect(isConnected: boolean): void;
  remove(): void;
}

/** Undefined where there can be none, which takes root, Linux and iproute2; the reason is then in `why`. */
export function createNamespace(): { readonly namespace?: NetworkNamespace; readonly why?: string } {
  const name = `queue-${process.pid}`;
  const cable = `q${process.pid}`;
  const [address, other] = ['10.231.7.1', '10.231.7.2'];
  const ip = (...args: readonly string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    ip('netns', 'add', name);
    ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', `${cable}n`, 'netns', name);
    ip('addr', 'add', `${address}/30`, 'dev', cable);
    ip('link', 'set', cable, 'up');
    ip('-n', name, 'addr', 'add', `${other}/30`, 'dev', `${cable}n`);
    ip('-n', name, 'link', 'set', `${cable}n`, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  } catch (error) {
    return { why: (error as Error).message.split('\n').slice(0, 2).join(' ') };
  }
  return {
    namespace: {
      prefix: ['ip', 'netns', 'exec', name],
      address,
      connect: (isConnected) => void ip('link', 'set', cable, isConnected ? 'up' : 'down'),
      remove() {
        ip('link', 'del', cable);
        ip('netns', 'del', name);
      },
    },
  };
}
