import { z } from 'zod';
import type { WaveGradConfig } from './config.ts';
import type { ImportedCheckpoint } from './import-checkpoint.ts';
import { MODEL_NAME } from './model-files.ts';

/** What a card says of a model, beside what its checkpoint and config say. */
interface CardFacts extends Omit<ImportedCheckpoint, 'weights' | 'betas'> {
  /** The schedule of the checkpoint's buffers, by its name among the folder's schedules. */
  readonly schedule: { readonly name: string; readonly steps: number } | undefined;
}

/** Where the reference's config keeps what the network was trained on. */
const trainingNoise = z.object({
  training_noise_schedule: z.object({
    n_iter: z.int().positive().max(1_000_000),
    betas_range: z.tuple([z.number().gt(0).lt(1), z.number().gt(0).lt(1)]),
  }),
});

/**
 * The card of a model, its folder's README.md, in the form that model hubs show: YAML front matter, then Markdown. The same facts
 * give the same text; it has no date.
 */
export function modelCard(facts: CardFacts): string {
  const { source, config, parameterCount, iteration, prefix, precision, schedule } = facts;
  const { data_config: data } = config;
  const origin = prefix === '' ? '' : `, its names without their prefix \`${plain(prefix)}\``;
  const rows: (readonly [what: string, value: string])[] = [
    ['source', `\`${plain(source.name)}\`, ${grouped(source.bytes)} bytes${origin}`],
    ['SHA-256 of the source', `\`${source.sha256}\``],
    ['parameters', `${grouped(parameterCount)}, as ${precision}`],
    ['training steps', iteration === undefined ? 'not said by the checkpoint' : grouped(iteration)],
    ['trained noise', trainedNoise(config)],
    ['sample rate', `${grouped(data.sample_rate)} Hz`],
    ['hop', `${data.hop_length} samples`],
    ['window, FFT', `${data.win_length} and ${data.n_fft} samples`],
    ['mel bands', `${data.n_mels}, from ${data.f_min} to ${data.f_max} Hz`],
    [
      'smallest mel power',
      data.mel_floor === undefined ? 'none: silence is 0, as in the reference' : `${data.mel_floor}`,
    ],
    ['schedule in the checkpoint', schedule === undefined ? 'none' : `${schedule.steps} steps, \`${schedule.name}\``],
  ];
  return `${FRONT_MATTER}
# A WaveGrad vocoder for ${data.n_mels} mel bands at ${grouped(data.sample_rate)} Hz

A network with the names of [ivanvovk/WaveGrad](https://github.com/ivanvovk/WaveGrad) ([Chen et al. 2020](https://arxiv.org/abs/2009.00713)).

| what | value |
| --- | --- |
${rows.map(([what, value]) => `| ${what} | ${value} |`).join('\n')}

## Files

- \`${MODEL_NAME}\`: the weights, by the reference's names
- \`config.json\`: its configuration, in the reference's form
- \`schedules/\`: noise schedules that were found for this model, by name

## Use

In this folder:

\`\`\`sh
schedule-search --iters 6 --model . --clips recordings/ --save-to-model   # finds a schedule and keeps it here
schedule-list --model .                                                   # what is kept here
schedule-export . -o checkpoint.pt                                        # for the reference
\`\`\`
`;
}

const FRONT_MATTER = `---
library_name: wavegrad-schedules
pipeline_tag: audio-to-audio
tags:
  - wavegrad
  - vocoder
  - diffusion
---
`;

/** The reference trains on betas at even distances; the levels go from 1 to the ℓ_N of these. */
function trainedNoise({ training_config: training }: WaveGradConfig): string {
  const known = trainingNoise.safeParse(training);
  if (!known.success) return 'not said by the config';
  const { n_iter: steps, betas_range: range } = known.data.training_noise_schedule;
  let logAlphaBar = 0;
  for (let n = 0; n < steps; n++) {
    const share = steps === 1 ? 0 : n / (steps - 1);
    logAlphaBar += Math.log1p(-(range[0] + share * (range[1] - range[0])));
  }
  const level = Math.exp(logAlphaBar / 2).toPrecision(4);
  return `${grouped(steps)} steps, betas from ${range[0]} to ${range[1]}: levels from 1 down to ${level}`;
}

/** 15810401 → 15,810,401. */
function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Text from outside, fit for a cell of a table and for code in it. */
function plain(text: string): string {
  return text.replaceAll(/[|`\p{Cc}]/gu, '?');
}
