import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { melColours, melImage } from '../../src/audio/mel-image.ts';
import { encodePng } from '../../src/formats/png.ts';
import { renderSoundPage, type SoundPage, writeSoundPage } from '../../src/report/sound-page.ts';
import { textOf } from './page-text.ts';
import { watchedTab } from './watched-tab.ts';

const CHROMIUM = '/usr/bin/chromium';
const RATE = 16_000;
const mel = (value: number) => ({
  data: new Float32Array(80 * 30).map((_, i) => value - (i % 7)),
  nMels: 80,
  frames: 30,
});

const page: SoundPage = {
  title: 'Speech <by> best-6',
  subtitle: '1 file',
  facts: [['Command', 'schedule-infer & more']],
  remarks: ['a remark'],
  sections: [
    {
      title: 'predicted_a.wav',
      text: 'half a second',
      players: [
        { label: 'recording', samples: new Float32Array(RATE / 2) },
        { label: 'speech', samples: new Float32Array(RATE / 4) },
      ],
      pictures: [{ label: 'given', mel: mel(0) }],
      strip: [2, 1, 0].map((n) => ({ label: `y_${n}`, mel: mel(n) })),
    },
  ],
  sampleRate: RATE,
};

test('says what it is given, escaped', () => {
  const text = textOf(renderSoundPage(page));
  for (const part of ['Speech <by> best-6', 'a remark', 'predicted_a.wav', 'y_2', 'schedule-infer & more']) {
    expect(text).toContain(part);
  }
});

test('all mels have the colours of the first picture', () => {
  const picture = (value: number) =>
    Buffer.from(encodePng(melImage([mel(value)], 1, melColours(mel(0))))).toString('base64');
  const pictures = [...renderSoundPage(page).matchAll(/image\/png;base64,([^"]+)"/g)].map(([, data]) => data);
  expect(pictures).toEqual([0, 2, 1, 0].map(picture));
  expect(new Set(pictures).size).toBe(3);
});

test('opens from disk in Chromium, asks for nothing, and its sounds are as long as they are', async (context) => {
  context.skip(!existsSync(CHROMIUM), `${CHROMIUM} is not installed`);
  const folder = await mkdtemp(join(tmpdir(), 'sound-page-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless=new', '--no-sandbox'] });
  try {
    const path = join(folder, 'page.html');
    await writeSoundPage(page, path);
    const address = pathToFileURL(path).href;
    const { tab, requests, errors } = await watchedTab(browser);
    await tab.goto(address);
    await tab.waitForFunction("[...document.querySelectorAll('audio')].every(({ readyState }) => readyState > 0)");
    expect(await tab.evaluate("[...document.querySelectorAll('audio')].map(({ duration }) => duration)")).toEqual([
      0.5, 0.25,
    ]);
    expect(
      await tab.evaluate("[...document.querySelectorAll('img')].map(({ naturalWidth, alt }) => [naturalWidth, alt])"),
    ).toEqual(['given', 'y_2', 'y_1', 'y_0'].map((name) => [30, `Mel spectrogram, low bands at the bottom: ${name}`]));
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([address]);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
});
