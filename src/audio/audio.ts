/** Decoded sound. */
export interface Audio {
  /** Mono: the mean of the file's channels; 1 is full scale. */
  samples: Float32Array;
  /** In Hz. */
  sampleRate: number;
  /** How many channels the file had. */
  channels: number;
}

/** The most samples of a compressed file, an hour and a half at 22,050 Hz: a few bytes can stand for 65,535 of them. */
export const MOST_SAMPLES = 2 ** 27;

/** What a remark on a recording is made from. */
export interface Recording {
  /** As it shall be called in a sentence. */
  readonly name: string;
  readonly channels: number;
  /** In Hz. */
  readonly sampleRate: number;
}

/** How many files a remark names. */
const MOST_NAMES = 3;

/**
 * What a user should know of recordings that a model is scored on or mels are made of, one sentence for each kind of them:
 * those mixed down to one channel, and those whose rate is below the model's. A higher rate is resampled and needs no remark.
 *
 * @param modelRate in Hz
 * @returns none where all are mono and at the model's rate or above it
 */
export function recordingRemarks(recordings: readonly Recording[], modelRate: number): string[] {
  const many = recordings.filter(({ channels }) => channels > 1);
  const low = recordings.filter(({ sampleRate }) => sampleRate < modelRate);
  return [
    ...grouped(many, ({ channels }) => channels).map(([channels, files]) =>
      files.length === 1
        ? `${files[0]!.name}: ${channels} channels were mixed down to one`
        : `${files.length} files have ${channels} channels, mixed down to one (${names(files)})`,
    ),
    ...grouped(low, ({ sampleRate }) => sampleRate).map(([rate, files]) => {
      const one = files.length === 1;
      const said = `${one ? `${files[0]!.name} is` : `${files.length} files are`} at ${rate} Hz and the model at ${modelRate} Hz`;
      return `${said}: nothing above ${rate / 2} Hz is there${one ? '' : ` (${names(files)})`}`;
    }),
  ];
}

function grouped(recordings: readonly Recording[], by: (recording: Recording) => number): [number, Recording[]][] {
  const groups = new Map<number, Recording[]>();
  for (const recording of recordings) {
    const group = groups.get(by(recording));
    if (group === undefined) groups.set(by(recording), [recording]);
    else group.push(recording);
  }
  return [...groups].sort(([a], [b]) => a - b);
}

function names(recordings: readonly Recording[]): string {
  const first = recordings.slice(0, MOST_NAMES).map(({ name }) => name);
  return [...first, ...(recordings.length > MOST_NAMES ? ['…'] : [])].join(', ');
}
