/** What the first four bytes of a frame of MPEG audio, layer III, say (ISO 11172-3 and 13818-3, section 2.4.1.3). */
export interface Mp3Header {
  /** Of the whole frame. */
  readonly bytes: number;
  /** Of each channel. */
  readonly samples: number;
  readonly channels: number;
  /** In Hz. */
  readonly sampleRate: number;
  /** Whether two bytes of checksum follow. */
  readonly checked: boolean;
  readonly sideBytes: number;
}

/** In thousands of bits per second, by the index in the header: MPEG 1, then MPEG 2 and 2.5. */
const BIT_RATES = [
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const;

const SAMPLE_RATES = [44100, 48000, 32000] as const;

/** The header of a frame at `at`, or undefined if no valid one of layer III and a stated bit rate is there. */
export function readMp3Header(bytes: Uint8Array, at: number): Mp3Header | undefined {
  const [sync, kind, rates, mode] = bytes.subarray(at, at + 4);
  if (sync !== 0xff || kind === undefined || rates === undefined || mode === undefined) return undefined;
  // 11 bits of sync, then 2 of version (1 is reserved), 2 of layer (1 is III) and one that is 0 where a checksum follows.
  const version = (kind >>> 3) & 3;
  if (kind >>> 5 !== 7 || version === 1 || ((kind >>> 1) & 3) !== 1) return undefined;
  const full = version === 3;
  const kilobits = BIT_RATES[full ? 0 : 1][(rates >>> 4) - 1];
  const fullRate = SAMPLE_RATES[(rates >>> 2) & 3];
  if (kilobits === undefined || fullRate === undefined) return undefined;
  const sampleRate = fullRate / (full ? 1 : version === 2 ? 2 : 4);
  const samples = full ? 1152 : 576;
  const channels = mode >>> 6 === 3 ? 1 : 2;
  return {
    bytes: Math.floor((samples / 8) * ((kilobits * 1000) / sampleRate)) + ((rates >>> 1) & 1),
    samples,
    channels,
    sampleRate,
    checked: (kind & 1) === 0,
    sideBytes: full ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17,
  };
}
