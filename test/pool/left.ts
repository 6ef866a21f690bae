import { setImmediate } from 'node:timers/promises';
import { parseQueueAddress } from '../../src/pool/queue/address.ts';
import { connectQueue } from '../../src/pool/queue/connection.ts';

/** Leaves a server while a command waits for its answer, or is refused by it, and says what would keep the process once no connection is left. */
const isOf = (type: string) => (resource: string) => resource === type;
await connectQueue(parseQueueAddress(process.argv[2]!), () => {}).then(
  async (connection) => {
    const { redis } = connection;
    connection
      .another()
      .xread('BLOCK', 60_000, 'STREAMS', 'nothing', '0')
      .catch(() => {});
    while (!String(await redis.client('LIST')).includes('cmd=xread')) await setImmediate();
    await connection.close();
    redis.disconnect();
  },
  () => {},
);
while (process.getActiveResourcesInfo().some(isOf('TCPSocketWrap'))) await setImmediate();
await setImmediate();
process.stdout.write(`${process.getActiveResourcesInfo().filter(isOf('Timeout')).length} timers\n`);
