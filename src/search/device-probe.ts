import { loadModel } from '../model/model.ts';
import { loadRowNetwork } from '../model/row-network.ts';
import type { Probe, ProbeAnswer } from './probe.ts';

/** The rate of rows must rise by this much, or as many as before go together. */
const WORTH_DOUBLING = 1.1;

/** More are not tried: each row has a tensor of its own of every kind. */
const MOST_ROWS = 128;

/**
 * The entry of a process that tries a device, which may end it: times one network evaluation of a clip, or of ever more clips together, and
 * sends its answers.
 */
const probe = JSON.parse(process.argv[2]!) as Probe;
try {
  if (probe.kind === 'time') say({ rows: 1, seconds: await (probe.device === 'cpu' ? timeOnCpu() : timeRows(1)) });
  else await tryRows();
} catch (error) {
  say({ reason: (error as Error).message });
}

process.disconnect();

function say(answer: ProbeAnswer): void {
  process.send!(answer);
}

async function tryRows(): Promise<void> {
  let best = 0;
  for (let rows = 1; rows <= MOST_ROWS; rows *= 2) {
    const seconds = await timeRows(rows);
    if (rows / seconds < WORTH_DOUBLING * best) return;
    best = rows / seconds;
    say({ rows, seconds });
  }
}

async function timeOnCpu(): Promise<number> {
  const { checkpoint, config, threads } = probe;
  const model = await loadModel(checkpoint, config, { threads });
  const { mels, samples } = clipOf(model.config.data_config);
  const signal = new Float32Array(samples);
  return timed(() => model.predictNoise({ signal, mels, noiseLevels: Float32Array.of(0.5), batch: 1 }));
}

async function timeRows(rows: number): Promise<number> {
  const { checkpoint, config, device, half } = probe;
  const network = await loadRowNetwork(checkpoint, config, { device, half, rows });
  const { mels, samples } = clipOf(network.config.data_config);
  const signal = await network.memory.place(new Float32Array(samples));
  const conditioning = await network.condition(mels);
  const seconds = await timed(async () => {
    const predicted = await network.predict(
      Array.from({ length: rows }, () => ({ signal, conditioning, noiseLevel: 0.5 })),
    );
    await network.memory.read(predicted[0]!);
    for (const each of predicted) each.dispose();
  });
  await network.dispose();
  return seconds;
}

function clipOf({ n_mels: nMels, hop_length: hop, sample_rate: rate }: Front): {
  readonly mels: Float32Array;
  readonly samples: number;
} {
  const frames = Math.max(1, Math.round((probe.clipSeconds * rate) / hop));
  return { mels: new Float32Array(nMels * frames), samples: frames * hop };
}

interface Front {
  readonly n_mels: number;
  readonly hop_length: number;
  readonly sample_rate: number;
}

/** Seconds of the second time: in the first a device compiles what it runs. */
async function timed(evaluate: () => Promise<unknown>): Promise<number> {
  await evaluate();
  const begin = performance.now();
  await evaluate();
  return (performance.now() - begin) / 1000;
}
