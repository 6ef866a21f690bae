import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/model/load-config.ts';
import { buildWaveGrad } from '../../src/model/wavegrad.ts';
import { relativeDistance } from '../graph/distance.ts';
import { golden, tinyConfig, tinyWeights } from '../model/tiny.ts';
import { ENGINES } from './engines.ts';

const graph = buildWaveGrad(await loadConfig(tinyConfig));
const weights = new Map([...tinyWeights()].map(([name, { data }]) => [name, data]));

describe.each(ENGINES)(
  'by %s, with weights that are compiled in, the network predicts what PyTorch does',
  (_, compile) => {
    // Measured 1.8e-6 with ONNX Runtime and 1.9e-6 with TensorFlow.js; what is beyond float32's rounding comes from sines of up to 5,000 rad.
    test.each([
      ['two noise levels in one batch', 'forward', 2],
      ['an odd number of frames', 'forward_odd', 1],
    ])('%s', async (_, name, batch) => {
      const [mels, signal, noiseLevels] = ['mels', 'y', 'noise_level'].map((part) => golden(`${name}/${part}`));
      const program = await compile(graph, weights);
      const { noise } = await program.run({
        mels: { data: mels!, shape: [batch, 80, mels!.length / (80 * batch)] },
        signal: { data: signal!, shape: [batch, signal!.length / batch] },
        noiseLevels: { data: noiseLevels!, shape: [batch] },
      });
      expect(relativeDistance(noise!.data, golden(`${name}/eps`))).toBeLessThan(1e-4);
      await program.dispose();
    });
  },
);
