import type { Shown } from '../inference/shown.ts';
import { counted, duration, shortBetas } from '../report/numbers.ts';
import { type SoundSection, writeSoundPage } from '../report/sound-page.ts';
import { packageVersion } from './command.ts';
import { type InferResult, realTimeSentence } from './infer-result.ts';
import type { Made } from './infer-run.ts';

/** Writes the page of a run: its first files, to be heard and seen. */
export async function writeInferPage(result: InferResult, path: string, command: string): Promise<void> {
  const { plan, made } = result;
  const { schedule, config, clamp, precision, seed } = plan;
  const rate = config.data_config.sample_rate;
  const shown = made.filter((each) => each.shown !== undefined);
  const rest = made.length > shown.length ? `; the first ${shown.length} are on this page` : '';
  await writeSoundPage(
    {
      title: `Speech by ${schedule.name}`,
      subtitle: `${counted(made.length, 'file')} in ${counted(schedule.length, 'step')}${rest}`,
      facts: [
        ['Real-time factor', realTimeSentence(result)],
        ['Schedule', `${schedule.name}: ${shortBetas(schedule.betas)}`],
        ['Sampler', `clamp ${clamp}, constants in ${precision}, seed ${seed}`],
        ['Model', plan.checkpointPath],
        ['Command', command],
        ['Version', packageVersion()],
      ],
      remarks: plan.remarks,
      sections: shown.map((each) => section(each, each.shown!, rate)),
      sampleRate: rate,
    },
    path,
  );
}

function section({ task, samples, seconds }: Made, shown: Shown, rate: number): SoundSection {
  const { speech, recording, given, made, states } = shown;
  const length = samples / rate;
  const part = speech.length < samples ? ` Here are its first ${duration(speech.length / rate)}.` : '';
  const denoising = states.length === 0 ? '' : ' Last, the states y_n from pure noise to speech.';
  return {
    title: task.wav,
    text: `${duration(length)} of speech in ${duration(seconds)}.${part} All mels have one scale of colours.${denoising}`,
    players: [
      ...(recording === undefined ? [] : [{ label: 'The recording', samples: recording }]),
      { label: 'Made of its mel', samples: speech },
    ],
    pictures: [
      { label: recording === undefined ? 'The mel that was given' : 'The mel of the recording', mel: given },
      ...(made === undefined ? [] : [{ label: 'The mel of the speech', mel: made }]),
    ],
    strip: states.map(({ n, mel }) => ({ label: `y_${n}`, mel })),
  };
}
