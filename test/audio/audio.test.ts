import { describe, expect, test } from 'vitest';
import { recordingRemarks } from '../../src/audio/audio.ts';

const mono = { channels: 1, sampleRate: 22050 };

describe('recordingRemarks', () => {
  test('has nothing to say of mono recordings at the rate or above', () => {
    expect(
      recordingRemarks(
        [
          { name: 'a.wav', ...mono },
          { name: 'b.wav', channels: 1, sampleRate: 48000 },
        ],
        22050,
      ),
    ).toEqual([]);
    expect(recordingRemarks([], 22050)).toEqual([]);
  });

  test('names the one file', () => {
    expect(recordingRemarks([{ name: 'stereo.wav', channels: 2, sampleRate: 44100 }], 22050)).toEqual([
      'stereo.wav: 2 channels were mixed down to one',
    ]);
    expect(recordingRemarks([{ name: 'speech.wav', channels: 1, sampleRate: 8000 }], 22050)).toEqual([
      'speech.wav is at 8000 Hz and the model at 22050 Hz: nothing above 4000 Hz is there',
    ]);
  });

  test('says each kind once, with the first names', () => {
    const stereo = ['a.wav', 'b.wav', 'c.wav'].map((name) => ({ name, channels: 2, sampleRate: 22050 }));
    const low = ['d.wav', 'e.wav', 'f.wav', 'g.wav'].map((name) => ({ name, channels: 1, sampleRate: 11025 }));
    const both = { name: 'h.wav', channels: 6, sampleRate: 16000 };
    expect(recordingRemarks([both, ...low, { name: 'i.wav', ...mono }, ...stereo], 22050)).toEqual([
      '3 files have 2 channels, mixed down to one (a.wav, b.wav, c.wav)',
      'h.wav: 6 channels were mixed down to one',
      '4 files are at 11025 Hz and the model at 22050 Hz: nothing above 5512.5 Hz is there (d.wav, e.wav, f.wav, …)',
      'h.wav is at 16000 Hz and the model at 22050 Hz: nothing above 8000 Hz is there',
    ]);
  });
});
