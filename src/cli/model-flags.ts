import type { Options } from 'yargs';

/** Options of every command that runs a model. */
export const MODEL_FLAGS = {
  model: {
    type: 'string',
    describe: 'Checkpoint, .pt or .safetensors, or the folder of a model [default: the demo model]',
  },
  config: { type: 'string', describe: 'Its config.json [default: beside the checkpoint]' },
} as const satisfies Record<string, Options>;
