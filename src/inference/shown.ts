import { createMelFrontEnd, type LogMel } from '../audio/mel.ts';
import type { DataConfig } from '../model/config.ts';

/** A file of a run as a page shows it: its beginning. */
export interface Shown {
  readonly speech: Float32Array;
  /** What the speech was made again from, if it was a recording. */
  readonly recording?: Float32Array;
  /** The mel that was given; what is not there was too short for a frame. */
  readonly given: LogMel;
  readonly made?: LogMel;
  /** Mels of some y_n on the way, from y_N to y_0. */
  readonly states: readonly ShownState[];
}

interface ShownState {
  readonly n: number;
  readonly mel: LogMel;
}

/** So much of each file that a page of several of them stays small. */
const MOST_SECONDS = 10;

/** Pictures of a denoising. */
const MOST_STATES = 7;

/** Keeps, while a file is made, what a page shows of it. */
export function createShowing(config: DataConfig, steps: number) {
  const { hop_length: hop, sample_rate: rate } = config;
  const frontEnd = createMelFrontEnd(config);
  const most = Math.floor((MOST_SECONDS * rate) / hop) * hop;
  const beginning = (samples: Float32Array) => samples.slice(0, most);
  // A mel takes half a window at least.
  const melOf = (samples: Float32Array) => {
    const part = beginning(samples);
    return part.length > Math.max(config.n_fft / 2, hop) ? frontEnd.logMel(part) : undefined;
  };
  const picked = new Set(Array.from({ length: MOST_STATES }, (_, i) => Math.round((steps * i) / (MOST_STATES - 1))));
  const states: ShownState[] = [];
  return {
    /** @param n of the state y_n */
    state(n: number, samples: Float32Array): void {
      const mel = picked.has(n) ? melOf(samples) : undefined;
      if (mel !== undefined) states.push({ n, mel });
    },
    finish({ given, speech, recording }: Pick<Shown, 'given' | 'speech' | 'recording'>): Shown {
      return {
        speech: beginning(speech),
        ...(recording !== undefined && { recording: beginning(recording) }),
        given: firstFrames(given, most / hop),
        made: melOf(speech),
        states,
      };
    },
  };
}

function firstFrames({ data, nMels, frames }: LogMel, most: number): LogMel {
  if (frames <= most) return { data, nMels, frames };
  const bands = Array.from({ length: nMels }, (_, band) => data.subarray(band * frames, band * frames + most));
  const part = new Float32Array(nMels * most);
  bands.forEach((band, i) => {
    part.set(band, i * most);
  });
  return { data: part, nMels, frames: most };
}
