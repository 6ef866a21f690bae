import { fakeWorker } from '../../test/pool/fake-search.ts';

// Workers of queue-load.ts, in a process of their own: an address, a run, how many, and tasks that each does at once.
const [url = '', run = '', count = '1', slots = '1'] = process.argv.slice(2);
const names = Array.from({ length: Number(count) }, (_, i) => `${process.pid}-${i}`);
const workers = await Promise.all(names.map((name) => fakeWorker({ url }, { run }, { name, slots: Number(slots) })));
process.send?.('ready');
await Promise.all(workers.map(({ serving }) => serving.ended));
await Promise.all(workers.map((worker) => worker.close()));
process.disconnect?.();
