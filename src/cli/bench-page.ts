import { basename } from 'node:path';
import { createMelFrontEnd } from '../audio/mel.ts';
import { type SoundSection, writeSoundPage } from '../report/sound-page.ts';
import { type BenchResult, benchFacts, speechSeconds } from './bench-result.ts';
import { packageVersion } from './command.ts';

/** Writes a page with the same sentence at each number of steps, and the recording. */
export async function writeBenchPage(result: BenchResult, path: string, command: string): Promise<void> {
  const { subject, measured } = result;
  const { sample_rate: rate } = subject.config.data_config;
  const frontEnd = createMelFrontEnd(subject.config.data_config);
  const recording = subject.recording!;
  const like = frontEnd.logMel(recording.samples);
  const speech = speechSeconds(subject);
  const sections = measured.rows.map(({ schedule, seconds, speech: samples }): SoundSection => {
    const factor = seconds.mean / speech;
    return {
      title: `${schedule.length} steps`,
      text: `${schedule.name}, made in ${seconds.mean.toFixed(2)} s: a real-time factor of ${factor.toPrecision(3)}.`,
      players: [{ label: 'speech', samples: samples! }],
      pictures: [{ label: 'its mel', mel: frontEnd.logMel(samples!) }],
      strip: [],
      like,
    };
  });
  await writeSoundPage(
    {
      title: 'The same sentence at each number of steps',
      subtitle: `${speech.toFixed(2)} s of ${basename(recording.path)}, made again from its mel with the same noise`,
      facts: [...benchFacts(result), ['command', command], ['version', packageVersion()]],
      remarks: [],
      sections: [
        {
          title: 'The recording',
          text: 'What the mel is of. All mels have its scale of colours.',
          players: [{ label: 'recording', samples: recording.samples }],
          pictures: [{ label: 'its mel', mel: like }],
          strip: [],
        },
        ...sections,
      ],
      sampleRate: rate,
    },
    path,
  );
}
