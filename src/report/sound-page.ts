import type { LogMel } from '../audio/mel.ts';
import { melColours, melImage } from '../audio/mel-image.ts';
import { writeWav } from '../audio/wav.ts';
import { encodePng } from '../formats/png.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { type Html, html } from './escape.ts';
import { STYLE } from './style.ts';

/** What is heard: mono. */
interface Player {
  readonly label: string;
  readonly samples: Float32Array;
}

/** What is seen. */
interface Picture {
  readonly label: string;
  readonly mel: LogMel;
}

/** Sounds that belong together, such as a recording and the speech that was made of its mel. */
export interface SoundSection {
  readonly title: string;
  readonly text: string;
  readonly players: readonly Player[];
  /** One beneath the other. */
  readonly pictures: readonly Picture[];
  /** Smaller ones in a row, read from left to right. */
  readonly strip: readonly Picture[];
  /** What all mels have the colours of. Default: the first picture. */
  readonly like?: LogMel;
}

export interface SoundPage {
  readonly title: string;
  readonly subtitle: string;
  /** What was run, as pairs. */
  readonly facts: readonly (readonly [what: string, value: string])[];
  /** What a reader should know, one sentence each. */
  readonly remarks: readonly string[];
  readonly sections: readonly SoundSection[];
  /** In Hz. */
  readonly sampleRate: number;
}

/** Nothing is loaded, and nothing runs. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:";

const SOUND_STYLE = `
audio { display: block; width: 100%; max-width: 30rem; margin: 0.15rem 0 0.6rem; }
.label { font-size: 0.85rem; color: var(--soft); }
.mel { display: block; width: 100%; height: 9rem; margin: 0.15rem 0 0.6rem; image-rendering: auto; border-radius: 3px; }
.strip { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: 0.6rem; margin: 0.5rem 0; padding: 0; list-style: none; }
.strip .mel { height: 5.5rem; margin-bottom: 0; }
`;

/** Sounds with their mels, as one HTML page that needs nothing but itself. */
export function renderSoundPage({ title, subtitle, facts, remarks, sections, sampleRate }: SoundPage): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${{ markup: STYLE + SOUND_STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="subtitle">${subtitle}</p>
${remarks.length === 0 ? html`` : html`<ul>${remarks.map((sentence) => html`<li>${sentence}</li>\n`)}</ul>`}
${sections.map((section) => sectionOf(section, sampleRate))}
<section><h2>What was run</h2>
<dl class="rows">${facts.map(([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>\n`)}</dl></section>
</main>
</body>
</html>
`.markup;
}

/** Writes the page of sounds; missing folders are made. */
export async function writeSoundPage(page: SoundPage, path: string): Promise<void> {
  await writeWhole(path, renderSoundPage(page));
}

function sectionOf({ title, text, players, pictures, strip, like }: SoundSection, sampleRate: number): Html {
  const scale = like ?? pictures[0]?.mel;
  const seen = ({ label, mel }: Picture) => html`<span class="label">${label}</span>${image(label, mel, scale!)}`;
  return html`<section><h2>${title}</h2>
<p>${text}</p>
${players.map((each) => player(each, title, sampleRate))}
${pictures.map(seen)}
${strip.length === 0 ? html`` : html`<ol class="strip">${strip.map((each) => html`<li>${seen(each)}</li>\n`)}</ol>`}
</section>
`;
}

function player({ label, samples }: Player, title: string, sampleRate: number): Html {
  const sound = `data:audio/wav;base64,${base64(writeWav(samples, sampleRate, 'pcm16'))}`;
  return html`<span class="label">${label}</span>
<audio controls preload="metadata" aria-label="${`${title}: ${label}`}" src="${{ markup: sound }}"></audio>
`;
}

/** @param scale the mel whose colours it has */
function image(label: string, mel: LogMel, scale: LogMel): Html {
  const picture = `data:image/png;base64,${base64(encodePng(melImage([mel], 1, melColours(scale))))}`;
  return html`<img class="mel" alt="${`Mel spectrogram, low bands at the bottom: ${label}`}" src="${{ markup: picture }}">
`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
