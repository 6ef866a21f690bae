import { processConstants } from '../../src/diffusion/process.ts';
import { compileRowReverse } from '../../src/diffusion/row-reverse.ts';
import { compile } from '../../src/engine/onnxruntime/program.ts';
import { Graph } from '../../src/graph/graph.ts';
import { loadModel } from '../../src/model/model.ts';
import { loadRowNetwork } from '../../src/model/row-network.ts';
import { golden, tinyCheckpoint } from '../model/tiny.ts';
import { distancesOf, rowEvaluator, tasks } from '../search/row-problem.ts';
import { clips, noiseOf, PHASES, sampled } from './sampling.ts';

/** The tiny network's output for the inputs that the golden one is of. */
async function predicted(): Promise<Float32Array> {
  const model = await loadModel(tinyCheckpoint, undefined, { device: 'webgpu' });
  const [mels, signal, noiseLevels] = [
    golden('forward/mels'),
    golden('forward/y'),
    golden('forward/noise_level'),
  ] as const;
  const noise = await model.predictNoise({ mels, signal, noiseLevels, batch: 2 });
  await model.dispose();
  return noise;
}

/** Two clips generated in three steps, of which nothing but the end leaves the device. */
async function generated(): Promise<number[][]> {
  const rows = 3;
  const { betas, clamp } = sampled;
  const network = await loadRowNetwork(tinyCheckpoint, undefined, { device: 'webgpu', rows });
  const reverse = await compileRowReverse({ clamp, device: 'webgpu', rows });
  const constants = processConstants(betas, 'float64');
  const place = (k: number) => Promise.all(clips.map((_, clip) => network.memory.place(noiseOf(clip, k))));
  const conditionings = await Promise.all(clips.map((mels) => network.condition(mels)));
  let states = await place(0);
  for (let i = betas.length - 1; i >= 0; i--) {
    const noiseLevel = constants.noiseLevels[i]!;
    const noise = await network.predict(
      states.map((signal, clip) => ({ signal, conditioning: conditionings[clip]!, noiseLevel })),
    );
    const added = await place(betas.length - i);
    const steps = states.map((state, clip) => ({
      constants,
      i,
      state,
      predicted: noise[clip]!,
      added: added[clip]!,
    }));
    states = await reverse.step(steps);
  }
  const waves = await Promise.all(states.map((state) => network.memory.read(state)));
  await Promise.all([network.dispose(), reverse.dispose()]);
  return waves.map((wave) => [...wave]);
}

/** Scores of schedules that went through the network together, and of one of them alone. */
async function scored() {
  const device = await rowEvaluator('webgpu', 4);
  const together = await device.fresh().evaluate(tasks);
  const alone = await device.fresh().evaluate(tasks.slice(0, 1));
  await device.dispose();
  return { together: together!.map(distancesOf), alone: alone!.map(distancesOf) };
}

/** Sines and cosines of phases as wide as those of a noise level. */
async function sines(): Promise<number[][]> {
  const graph = new Graph();
  const x = graph.input('x', [PHASES.length]);
  for (const name of ['sin', 'cos'] as const) graph.output(name, graph.apply({ name, attributes: {} }, x));
  const program = await compile(graph, 'inputs', { device: 'webgpu' });
  const { sin, cos } = await program.run({ x: { shape: [PHASES.length], data: PHASES } });
  await program.dispose();
  return [sin!, cos!].map(({ data }) => [...data]);
}

process.stdout.write(
  JSON.stringify({
    sines: await sines(),
    predicted: [...(await predicted())],
    generated: await generated(),
    ...(await scored()),
  }),
);
