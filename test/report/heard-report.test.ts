import { describe, expect, it } from 'vitest';
import { createMelFrontEnd } from '../../src/audio/mel.ts';
import type { Image } from '../../src/formats/png.ts';
import { renderReport } from '../../src/report/report.ts';
import { readPng } from '../formats/read-png.ts';
import { exampleEvidence, exampleHeardStudy } from './example-study.ts';
import { markupOf, plotsOf, textOf } from './page-text.ts';

describe('renderReport of a study with all that its folder says', () => {
  const heard = exampleHeardStudy();
  const evidence = exampleEvidence(heard);
  const shown = renderReport(heard, evidence);
  const drawn = (id: string) => plotsOf(shown).find((plot) => plot.id === id)!.data;

  it('says beside every figure how to read it, and in words what it shows', () => {
    const figures = [...shown.matchAll(/<div id="([a-z]+)" role="figure" aria-label="([^"]*)"/g)];
    expect(figures.map(([, id]) => id)).toEqual(plotsOf(shown).map(({ id }) => id));
    expect(figures).toHaveLength(10);
    for (const [, , alternative] of figures) expect(alternative).toMatch(/\d.*\.$/);
    expect(markupOf(shown).match(/<figcaption>[^<]+<\/figcaption>/g)!.length).toBeGreaterThan(10);
  });

  it('draws the score of every trial over each of its levels', () => {
    const complete = heard.trials.filter(({ state }) => state === 'complete');
    // The second level of all but the preset, which came second.
    const second = drawn('slices')[2]!.x!;
    expect(second).toHaveLength(complete.length);
    for (const [i, sigma] of second.entries()) if (i !== 1) expect(sigma).toBeCloseTo(0.1, 12);
  });

  it('finds that the level decides which the scores follow', () => {
    // exampleTrials makes scores of the first σ, apart from the preset; the second is the same in all, and the third rises with the id.
    const [bars] = drawn('importance');
    const [first, , third] = bars!.y!;
    expect(first).toBeGreaterThan(80);
    expect(third).toBeLessThan(30);
  });

  it('draws the distribution of the scores of each origin from nothing to all', () => {
    const lines = drawn('distribution');
    expect(lines.map(({ name }) => name)).toEqual(['random (26)', 'baselines (1)']);
    for (const { x, y } of lines) {
      expect([y![0], y!.at(-1)]).toEqual([0, 1]);
      expect(x).toEqual(x!.toSorted((a, b) => a - b));
    }
  });

  it('draws a box of the clips’ scores for all that was verified', () => {
    expect(drawn('clips').map(({ name, x }) => [name, x])).toEqual([
      ['found-3', [1.15, 1.25, 1.3, 1.3]],
      ['fastdiff-3', [1.4, 1.5, 1.55, 1.55]],
    ]);
  });

  it('draws what a worker did without a pause as one bar, and says how long it was at work', () => {
    // Even ids are of the first worker, which goes on without a pause until the verification; the second rests between any two.
    const bars = drawn('workers').map(({ name, y }) => [
      name,
      y!.filter((worker) => `${worker}` === 'worker 1').length,
    ]);
    expect(bars).toEqual([
      ['search', 1],
      ['verification', 1],
    ]);
    expect(markupOf(shown)).toContain('30 evaluations in 32.0 s; busy: worker 1 94 %, worker 2 47 %.');
  });

  it('has players and pictures of all that can be listened to, in the page itself', () => {
    const sources = [...markupOf(shown).matchAll(/src="([^"]{0,22})/g)].map(([, source]) => source!);
    // Of three clips the recording and three schedules; a mel of each, and a difference of all but the recording.
    expect(sources.filter((source) => source.startsWith('data:audio/wav;base64'))).toHaveLength(12);
    expect(sources.filter((source) => source.startsWith('data:image/png;base64'))).toHaveLength(12 + 9);
    expect(sources).toHaveLength(33);
  });

  it('paints a mel and its difference as they are', () => {
    const pictures = [...markupOf(shown).matchAll(/data:image\/png;base64,([^"]*)/g)].map(([, base64]) =>
      readPng(Buffer.from(base64!, 'base64')),
    );
    const [recording, winner, difference] = pictures as [Image, Image, Image];
    expect([recording.width, recording.height]).toEqual([22, 80]);
    expect(winner.rgb).not.toEqual(recording.rgb);
    const config = heard.settings.data;
    const [of, from] = [evidence.listening!.voices[0]!.signals[0]!, evidence.listening!.clips[0]!.recording].map(
      (signal) => createMelFrontEnd(config).logMel(signal).data,
    ) as [Float32Array, Float32Array];
    // Frame 5: red is above green where the generated one has more, below it where it has less, of the lowest band at the bottom.
    for (let band = 0; band < 80; band++) {
      const at = 3 * ((79 - band) * 22 + 5);
      const [red, , blue] = difference.rgb.subarray(at, at + 3) as unknown as [number, number, number];
      const differs = of[band * 22 + 5]! - from[band * 22 + 5]!;
      if (Math.abs(differs) > 0.2) expect(Math.sign(red - blue)).toBe(Math.sign(differs));
    }
  });

  it('shortens long clips, and says so', () => {
    const recording = new Float32Array(22050 * 60);
    const clips = evidence.listening!.clips.map((clip) => ({ ...clip, recording }));
    const voices = evidence.listening!.voices.map((voice) => ({ ...voice, signals: clips.map(() => recording) }));
    const long = renderReport(heard, { ...evidence, listening: { clips, voices } });
    expect(long.length).toBeLessThan(20e6);
    // Six million bytes for twelve players of two bytes a sample: 250,000 samples.
    expect(textOf(long)).toContain('Players and pictures have the first 11.3 s of each clip.');
    expect(textOf(shown)).not.toContain('have the first');
  });

  it('gives the schedules that the search was given in the command that repeats it', () => {
    const from = [{ name: 'karras-3', betas: [0.1, 0.2, 0.3] }];
    const text = textOf(renderReport({ ...heard, settings: { ...heard.settings, from, half: true } }));
    expect(text).toContain("--strategy random --from '[0.1, 0.2, 0.3]' --stride 1");
    expect(text).toContain('--device cpu --half');
    expect(text).toContain('Begun with karras-3');
  });

  it('is served with its version, and may then ask for the next and for nothing else', () => {
    const served = renderReport(heard, evidence, '7');
    expect(served).toContain('<meta name="version" content="7">');
    expect(served).toContain('connect-src &#39;self&#39;');
    expect(shown).not.toMatch(/connect-src|meta name="version"|fetch\('\/'/);
  });
});
