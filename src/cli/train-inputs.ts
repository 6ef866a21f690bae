import { listAudio } from '../audio/filelist.ts';
import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import { readWeights } from '../model/checkpoint.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { modelFiles } from '../model/model-files.ts';
import { buildWaveGrad } from '../model/wavegrad.ts';

/** The recordings of a filelist, a folder or one file; relative paths of a list start from `root`, or from the list's folder. */
export async function filelistOf(source: string, root: string | undefined): Promise<string[]> {
  const files = await listAudio(source);
  if (files.length === 0) throw new InputError(`${source}: expected at least one recording, got none`);
  return files;
}

/** The weights of a trained model, checked against the config of the run that they begin. */
export async function initialWeights(path: string, config: WaveGradConfig): Promise<Map<string, Float32Array>> {
  const { checkpoint } = await modelFiles(path);
  return readWeights(await readInput(checkpoint, 'the checkpoint'), checkpoint, buildWaveGrad(config).parameters());
}
