import type { Options } from 'yargs';
import { PRECISIONS } from '../diffusion/process.ts';
import { CLAMPS } from '../schedule/noise-schedule.ts';
import { ENGINE_FLAGS } from './engine-flags.ts';
import { ROOT_FLAG } from './root-flag.ts';

/** The options of schedule-infer: first those of ivanvovk/WaveGrad's inference.py. */
export const INFER_FLAGS = {
  config: { type: 'string', alias: 'c', describe: 'The config.json of the model [default: beside the checkpoint]' },
  checkpoint_path: {
    type: 'string',
    alias: 'model',
    describe: '-ch. Checkpoint, .pt or .safetensors, or the folder of a model [default: the demo model]',
  },
  noise_schedule_path: {
    type: 'string',
    alias: 'schedule',
    describe:
      "-ns. A schedule's file, a preset, a Python list, a family, or one of the model's own [default: its only one]",
  },
  mel_filelist: {
    type: 'string',
    alias: 'm',
    describe: 'Mels: a filelist, a folder, or a .pt, .npy or .safetensors file',
  },
  audio: {
    type: 'string',
    describe: 'Recordings instead, which are made again from their mels: filelist, folder or file',
  },
  ...ROOT_FLAG,
  out: { type: 'string', alias: 'o', describe: 'Folder to write to [default: beside each mel]' },
  float: { type: 'boolean', default: false, describe: 'WAV files of 32-bit floats instead of 16 bits' },
  iters: { type: 'number', describe: 'Steps of a family, such as karras' },
  seed: { type: 'number', default: 0, describe: 'Decides all noise' },
  noise: {
    type: 'string',
    describe: "The noise of the one mel, a tensor [steps, samples]; row 0 is the start [default: the seed's]",
  },
  clamp: { choices: CLAMPS, describe: 'What is held to [-1, 1] [default: what the schedule is meant for, else x0]' },
  precision: {
    choices: PRECISIONS,
    describe: 'Rounding of the constants; the reference has float32 [default: that of its search, else float64]',
  },
  states: { type: 'boolean', default: false, describe: 'Write every y_n, too, as float WAV files, and the page' },
  report: {
    type: 'string',
    describe: 'A page to listen and to see the denoising [default: none; predicted.html with --states]',
  },
  jobs: {
    type: 'number',
    describe: 'Threads; mels go side by side [default: the number of cores; 1 with --engine tensorflow]',
  },
  ...ENGINE_FLAGS,
} as const satisfies Record<string, Options>;
