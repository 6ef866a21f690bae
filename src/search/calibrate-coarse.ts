import { createMelFrontEnd } from '../audio/mel.ts';
import { calibrationGroups } from '../diffusion/calibration-groups.ts';
import { type Calibration, calibrateModel } from '../model/eight-bit-model.ts';
import { loadConfig } from '../model/load-config.ts';
import type { WorkerSettings } from './worker.ts';

/**
 * What the coarse network of a search has to know of the signals; undefined where it has none.
 *
 * @throws InputError where the model cannot be loaded
 */
export async function calibrateCoarse(worker: WorkerSettings): Promise<Calibration | undefined> {
  const { checkpointPath: path, configPath, coarse, clips, seed } = worker;
  if (coarse === undefined) return undefined;
  const frontEnd = createMelFrontEnd((await loadConfig(configPath)).data_config);
  const heard = clips.scoring.slice(0, coarse.clips);
  const signals = heard.map((samples) => ({ samples, mels: frontEnd.logMel(samples).data }));
  return calibrateModel({ path, configPath, groups: calibrationGroups(signals, seed), floatRates: coarse.floatRates });
}
