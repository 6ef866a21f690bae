import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '../formats/safetensors.ts';
import { MODEL_NAME } from '../model/model-files.ts';
import { fillNormal } from '../random/noise.ts';
import { newConfig } from '../training/new-config.ts';
import { networkLayout, parameterTensors, parameterView } from '../training/parameters.ts';

const SAMPLE_RATE = 22_050;

/**
 * Writes a network of the reference's size with random weights, with which signals neither grow nor vanish from layer to layer, to a folder of its
 * own, which is the caller's to remove.
 */
export async function writeRandomModel(): Promise<string> {
  const config = newConfig({ size: 'full', sampleRate: SAMPLE_RATE });
  const layout = networkLayout(config);
  const weights = new Float32Array(layout.length);
  for (const [clip, slot] of layout.slots.entries()) {
    const fanIn = slot.length / slot.shape[0]!;
    const view = fillNormal(parameterView(weights, slot), {
      seed: 0,
      purpose: 'initial-weights',
      clip,
      replicate: 0,
      k: 0,
    });
    view.forEach((value, i) => {
      view[i] = value / Math.sqrt(fanIn);
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'wavegrad-schedules-'));
  const tensors = new Map(Object.entries(parameterTensors(weights, layout)));
  await writeFile(join(folder, MODEL_NAME), writeSafetensors(tensors));
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}
