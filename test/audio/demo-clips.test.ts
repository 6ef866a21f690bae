import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';

const root = fileURLToPath(new URL('../../experiments/demo/clips/', import.meta.url));
const clips = ['score', 'heldout'].flatMap((set) => readdirSync(root + set).map((name) => `${set}/${name}`));

describe('the demo clips', () => {
  test('are six to score and six held out, of different recordings', () => {
    expect(clips.filter((clip) => clip.startsWith('score/')).length).toBe(6);
    expect(clips.filter((clip) => clip.startsWith('heldout/')).length).toBe(6);
    expect(new Set(clips.map((clip) => clip.replace(/^.*\//, ''))).size).toBe(12);
  });

  test.each(clips)('%s is a few seconds of speech at the rate of the demo', async (clip) => {
    const { samples, sampleRate, channels } = await readAudio(root + clip);
    expect([sampleRate, channels]).toEqual([16000, 1]);
    expect(samples.length / sampleRate).toBeGreaterThan(2.4);
    expect(samples.length / sampleRate).toBeLessThan(3.8);
    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    expect(10 * Math.log10(power)).toBeGreaterThan(-35);
  });

  test.each(clips)('%s decodes to the samples whose MD5 its encoder wrote into the header', async (clip) => {
    const { samples } = await readAudio(root + clip);
    const integers = Int16Array.from(samples, (sample) => sample * 32768);
    const digest = createHash('md5').update(new Uint8Array(integers.buffer)).digest('hex');
    // RFC 9639, section 8.2: the last 16 bytes of STREAMINFO, which starts at byte 8.
    expect(digest).toBe(readFileSync(root + clip).toString('hex', 26, 42));
  });
});
