import type { ImportedCheckpoint } from './import-checkpoint.ts';
import { MODEL_NAME } from './model-files.ts';

/** The noise that a network was trained on: even betas, and the levels that follow from them. */
export interface TrainedNoise {
  readonly steps: number;
  readonly firstBeta: number;
  readonly lastBeta: number;
  readonly firstLevel: number;
  readonly terminalLevel: number;
}

/** What a card says of a model, beside what its checkpoint and config say. */
interface CardFacts extends Omit<ImportedCheckpoint, 'weights' | 'betas'> {
  /** The schedule of the checkpoint's buffers, by its name among the folder's schedules. */
  readonly schedule: { readonly name: string; readonly steps: number } | undefined;
  /** The noise of its training, or why it is not known. */
  readonly trained: TrainedNoise | string;
}

/**
 * The card of a model, its folder's README.md, in the form that model hubs show: YAML front matter, then Markdown. The same facts
 * give the same text; it has no date.
 */
export function modelCard(facts: CardFacts): string {
  const { source, config, parameterCount, iteration, prefix, precision, fromFloat64, schedule, trained } = facts;
  const { data_config: data } = config;
  const origin = prefix === '' ? '' : `, its names without their prefix \`${plain(prefix)}\``;
  const rows: (readonly [what: string, value: string])[] = [
    ['source', `\`${plain(source.name)}\`, ${grouped(source.bytes)} bytes${origin}`],
    ['SHA-256 of the source', `\`${source.sha256}\``],
    ['parameters', `${grouped(parameterCount)}, as ${precision}${fromFloat64 ? ', rounded from float64' : ''}`],
    ['training steps', iteration === undefined ? 'not said by the checkpoint' : grouped(iteration)],
    ['trained noise', typeof trained === 'string' ? plain(trained) : trainedNoise(trained)],
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

In this folder, where the package is installed (\`npm install\` of its checkout):

\`\`\`sh
npx schedule-search --iters 6 --model . --clips recordings/ --save-to-model   # finds a schedule and keeps it here
npx schedule-list --model .                                                   # what is kept here
npx schedule-export . -o checkpoint.pt                                        # for the reference
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

function trainedNoise({ steps, firstBeta, lastBeta, firstLevel, terminalLevel }: TrainedNoise): string {
  // Four digits, without trailing zeros.
  const [first, last] = [firstLevel, terminalLevel].map((level) => Number(level.toPrecision(4)));
  return `${grouped(steps)} steps, betas from ${firstBeta} to ${lastBeta}: levels from ${first} down to ${last}`;
}

/** 15810401 → 15,810,401. */
function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Text from outside, fit for a cell of a table and for code in it. */
function plain(text: string): string {
  return text.replaceAll(/[|`\p{Cc}]/gu, '?');
}
