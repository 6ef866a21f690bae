import { join } from 'node:path';
import type { WaveGradConfig } from '../model/config.ts';
import { DEMO } from '../model/demo.ts';
import { loadConfig } from '../model/load-config.ts';

/** A config to train with, and where it came from. */
export interface GivenTraining {
  readonly config: WaveGradConfig;
  /** As in its file. */
  readonly configText: string;
  /** What messages about it begin with. */
  readonly configPath: string;
  /** Filelists or folders, where they are not the config's. */
  readonly lists?: { readonly train: string; readonly test: string };
}

/**
 * What two minutes and six clips ask for beside the demo's own config: an epoch is one step there, so that the reference's tests after
 * each and its decays of the learning rate in the first 90 would leave no training, and half a minute of each test would be sampling.
 */
const FOR_TWO_MINUTES = {
  logdir: join('experiments', 'train-demo'),
  lr_schedule: 'constant',
  // What belongs to the demo's own.
  total_steps: undefined,
  final_lr: undefined,
  ema_decay: 0,
  test_interval: 50,
  n_samples_to_test: 1,
};

/** The network of the demo on the clips of the demo, from nothing. */
export async function demoTraining(): Promise<GivenTraining> {
  const configPath = join(DEMO, 'config.json');
  const demo = await loadConfig(configPath);
  const config = { ...demo, training_config: { ...demo.training_config, ...FOR_TWO_MINUTES } };
  const lists = { train: join(DEMO, 'clips', 'score'), test: join(DEMO, 'clips', 'heldout') };
  return { config, configText: `${JSON.stringify(config, null, 2)}\n`, configPath, lists };
}
