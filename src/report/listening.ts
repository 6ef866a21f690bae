import { BLUE_RED } from '../audio/colour-maps.ts';
import { createMelFrontEnd, type LogMel, type MelConfig } from '../audio/mel.ts';
import { melColours, melImage } from '../audio/mel-image.ts';
import { writeWav } from '../audio/wav.ts';
import { encodePng } from '../formats/png.ts';
import type { Listening } from '../search/listening.ts';
import type { StudyData } from '../search/read-study.ts';
import { sameBetas } from '../search/trial.ts';
import { type Html, html } from './escape.ts';
import { counted, decimal } from './numbers.ts';
import { withUnit } from './units.ts';

/** Of all the players' WAV files together: with the figures the page stays below 20 MB. */
const MOST_AUDIO_BYTES = 6e6;

/** Powers of ten, up and down, at which the difference image has its strongest colours: 20 dB. */
const DIFFERENCE = 2;

/** A player for every clip as recorded and as each schedule generates it, with its mel and how that differs; empty where the search is unfinished. */
export function listeningSection({ settings, outcome }: StudyData, listening: Listening | undefined): Html {
  if (outcome === undefined) return html``;
  const { data, sampleRate, metric } = settings;
  const winner = listening?.voices.find(({ role }) => role === 'winner');
  // A search that goes on keeps clips of its new winner just before it names it.
  const isOther = winner !== undefined && !sameBetas(winner.betas, outcome.betas);
  if (listening === undefined || data === undefined || isOther) {
    return html`<section id="section-listening"><h2>Listening</h2><p>This study has kept no clips to listen to.</p></section>`;
  }
  const { clips, voices } = listening;
  const players = clips.length * (1 + voices.length);
  const samples = Math.min(clips[0]!.recording.length, Math.floor(MOST_AUDIO_BYTES / players / 2));
  const cut =
    samples < clips[0]!.recording.length
      ? ` Players and pictures have the first ${(samples / sampleRate).toFixed(1)} s of each clip.`
      : '';
  const rows = clips.map(({ name, recording }, i) => {
    const mel = melOf(recording.subarray(0, samples), data);
    const colours = melColours(mel);
    const cards = voices.map(({ role, name: schedule, signals, scores }) => {
      const signal = signals[i]!.subarray(0, samples);
      const generated = melOf(signal, data);
      const what = `${role}, ${schedule}`;
      return html`<div class="card"><h4>${role}</h4><p>${schedule}</p><p>${decimal(scores[i] ?? Number.NaN)}</p>
${player(signal, sampleRate, `${name}: ${what}`)}
${picture(melImage([generated], 1, colours), `Mel of ${name}, ${what}`)}
${picture(melImage([difference(generated, mel)], 1, { map: BLUE_RED, low: -DIFFERENCE, high: DIFFERENCE }), `Its difference from the recording`)}</div>
`;
    });
    return html`<h3>${name}</h3>
<div class="cards"><div class="card"><h4>recording</h4><p>as it was</p><p>${(recording.length / sampleRate).toFixed(2)} s</p>
${player(recording.subarray(0, samples), sampleRate, `${name}: recording`)}
${picture(melImage([mel], 1, colours), `Mel of ${name}, recording`)}</div>
${cards}</div>
`;
  });
  return html`<section id="section-listening"><h2>Listening</h2>
<p>${counted(clips.length, 'held-out clip')}, each as recorded and as schedules generate it from the recording’s mel, with the same noise; the number is its ${withUnit(metric)}.
Above: the mel, low bands at the bottom, on one colour scale for each clip, as for its recording. Below: how it differs from the recording’s, red where it has more energy and blue where it has less,
strongest at ${10 * DIFFERENCE} dB. The worst trial may be loud noise.${cut}</p>
${rows}</section>`;
}

function melOf(samples: Float32Array, config: MelConfig): LogMel {
  return createMelFrontEnd(config).logMel(samples);
}

function difference(mel: LogMel, from: LogMel): LogMel {
  return { ...mel, data: mel.data.map((value, i) => value - from.data[i]!) };
}

function player(samples: Float32Array, sampleRate: number, label: string): Html {
  const wav = Buffer.from(writeWav(samples, sampleRate, 'pcm16')).toString('base64');
  return html`<audio controls preload="metadata" aria-label="${label}" src="data:audio/wav;base64,${wav}"></audio>`;
}

function picture(image: Parameters<typeof encodePng>[0], alternative: string): Html {
  const png = Buffer.from(encodePng(image)).toString('base64');
  return html`<img alt="${alternative}" width="${image.width}" height="${image.height}" src="data:image/png;base64,${png}">`;
}
