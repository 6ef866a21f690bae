import { Redis, type RedisOptions } from 'ioredis';

/** Where ioredis keeps the timer of its option `socketTimeout`. */
const TIMER = 'socketTimeoutTimer';

/**
 * A connection whose timers end with it. In ioredis up to 6.0.0 the `socketTimeout` of a connection that closes before it was answered stays
 * (github.com/redis/ioredis/issues/2147), and `disconnect` sets a timer of 2 s on what is closed already: the process lives as much longer, and the first of
 * them ends the next connection.
 */
export class RedisClient extends Redis {
  constructor(options: RedisOptions) {
    super(options);
    this.on('close', () => {
      clearTimeout(Reflect.get(this, TIMER));
      Reflect.set(this, TIMER, undefined);
    });
  }

  override disconnect(reconnect?: boolean): void {
    if (this.status !== 'end') super.disconnect(reconnect);
  }

  /** One of the same class, which BullMQ makes its own connections by. */
  override duplicate(override?: Partial<RedisOptions>): RedisClient {
    return new RedisClient({ ...this.options, ...override });
  }
}
