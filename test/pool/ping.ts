import { parseQueueAddress } from '../../src/pool/queue/address.ts';
import { connectQueue } from '../../src/pool/queue/connection.ts';

/** Asks the server at an address for a sign of life: in a process of its own, as Node reads which certificates to trust when it starts. */
const connection = await connectQueue(parseQueueAddress(process.argv[2]!), () => {});
process.stdout.write(`${await connection.redis.ping()}\n`);
await connection.close();
