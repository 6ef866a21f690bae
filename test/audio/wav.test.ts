import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWav, writeWav } from '../../src/audio/wav.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { survivesMutations } from '../mutations.ts';

const u16 = (value: number) => [value & 255, (value >>> 8) & 255];
const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)];
const text = (value: string) => [...Buffer.from(value)];
const chunk = (id: string, body: number[], size = body.length) => [
  ...text(id),
  ...u32(size),
  ...body,
  ...(body.length % 2 ? [0] : []),
];

interface Header {
  encoding?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  block?: number;
}

/** A "fmt " chunk as Microsoft's Multimedia Programming Interface lays it out. */
function fmt({
  encoding = 1,
  channels = 1,
  rate = 8000,
  bits = 16,
  block = channels * Math.ceil(bits / 8),
}: Header = {}) {
  return [...u16(encoding), ...u16(channels), ...u32(rate), ...u32(rate * block), ...u16(block), ...u16(bits)];
}

function riff(chunks: number[], size = chunks.length + 4): Uint8Array {
  return Uint8Array.from([...text('RIFF'), ...u32(size), ...text('WAVE'), ...chunks]);
}

/** The rest of a KSDATAFORMAT_SUBTYPE GUID behind its first two bytes. */
const GUID_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/** An extensible "fmt " chunk; `encoding` is that of its subformat. */
function extensible(header: Header, validBits: number, guidTail = GUID_TAIL): number[] {
  const { encoding = 1 } = header;
  return [
    ...fmt({ ...header, encoding: 0xfffe }),
    ...u16(22),
    ...u16(validBits),
    ...u32(4),
    ...u16(encoding),
    ...guidTail,
  ];
}

const wav = (header: Header, data: number[]) => riff([...chunk('fmt ', fmt(header)), ...chunk('data', data)]);
const floatBytes = (values: number[]) => [...new Uint8Array(Float32Array.from(values).buffer)];
const doubleBytes = (values: number[]) => [...new Uint8Array(Float64Array.from(values).buffer)];

describe('readWav', () => {
  test.each([
    ['8-bit PCM', { bits: 8 }, [0, 64, 128, 255], [-1, -0.5, 0, 127 / 128]],
    [
      '16-bit PCM',
      { bits: 16 },
      [0x00, 0x80, 0xff, 0x7f, 0x01, 0x00, 0xff, 0xff],
      [-1, 32767 / 32768, 2 ** -15, -(2 ** -15)],
    ],
    [
      '24-bit PCM',
      { bits: 24 },
      [0, 0, 0x80, 0xff, 0xff, 0x7f, 1, 0, 0, 0xff, 0xff, 0xff],
      [-1, 1 - 2 ** -23, 2 ** -23, -(2 ** -23)],
    ],
    ['32-bit PCM', { bits: 32 }, [0, 0, 0, 0x80, 0, 0, 0, 0x40], [-1, 0.5]],
    ['32-bit float', { encoding: 3, bits: 32 }, floatBytes([0.25, -1.5]), [0.25, -1.5]],
    ['64-bit float', { encoding: 3, bits: 64 }, doubleBytes([0.25, -1.5]), [0.25, -1.5]],
  ] as [string, Header, number[], number[]][])('reads %s', (_, header, data, expected) => {
    expect(readWav(wav(header, data), 'a.wav')).toEqual({
      samples: Float32Array.from(expected),
      sampleRate: 8000,
      channels: 1,
    });
  });

  test('reads an extensible header by its subformat', () => {
    const header = extensible({ encoding: 3, bits: 32 }, 32);
    const file = riff([...chunk('fmt ', header), ...chunk('data', floatBytes([0.75]))]);
    expect([...readWav(file, 'a.wav').samples]).toEqual([0.75]);
  });

  // Microsoft's "Multiple channel audio data and WAVE files": the valid bits are the upper ones of the container.
  test('takes the upper bits of an extensible container', () => {
    const header = extensible({ bits: 32, channels: 2 }, 20);
    const file = riff([...chunk('fmt ', header), ...chunk('data', [...u32(0x40000000), ...u32(0xc0001000)])]);
    expect([...readWav(file, 'a.wav').samples]).toEqual([(0.5 - 0.5 + 2 ** -19) / 2]);
  });

  test('reads PCM of every width from 1 to 32 bits, in the upper bits of whole bytes', () => {
    for (let bits = 1; bits <= 32; bits++) {
      const bytes = Math.ceil(bits / 8);
      // Multimedia Programming Interface and Data Specifications 1.0, "Data format of the samples": up to 8 bits unsigned.
      const lowest = -(2 ** (bits - 1));
      const values = [lowest, -1, 0, 2 ** (bits - 1) - 1];
      const data = values.flatMap((value) => {
        const stored = (value - (bytes === 1 ? lowest : 0)) * 2 ** (8 * bytes - bits);
        return Array.from({ length: bytes }, (_, i) => Math.floor(stored / 256 ** i) & 255);
      });
      const { samples } = readWav(wav({ bits }, data), 'a.wav');
      expect(samples, `${bits} bits`).toEqual(Float32Array.from(values, (value) => value / -lowest));
    }
  });

  test.each([
    [
      '24 bits in 4, with an extensible header',
      riff([...chunk('fmt ', extensible({ bits: 24, block: 4 }, 24)), ...chunk('data', u32(0x40000000))]),
    ],
    ['20 bits in 4', wav({ bits: 20, block: 4 }, u32(0x40000000))],
    ['16 bits in 4', wav({ bits: 16, block: 4 }, u32(0x40000000))],
    ['16 bits in 3', wav({ bits: 16, block: 3 }, [0, 0, 0x40])],
    ['8 bits in 2, which are signed there', wav({ bits: 8, block: 2 }, [0, 0x40])],
    [
      '16 bits in 4, of two channels',
      wav({ bits: 16, channels: 2, block: 8 }, [...u32(0x40000000), ...u32(0x40000000)]),
    ],
  ])('reads more bytes than the bits need, with the bits on top: %s', (_, file) => {
    expect([...readWav(file, 'a.wav').samples]).toEqual([0.5]);
  });

  // ffmpeg 5.1 takes these for floats of up to 2^23 (pcm_f24le), as does libsndfile; Cool Edit wrote such.
  test('refuses 24 bits in 4 bytes without an extensible header by name', () => {
    expect(() => readWav(wav({ bits: 24, block: 4 }, u32(0x40000000)), 'a.wav')).toThrow(
      new InputError(
        'a.wav: expected samples of 24 bits in 3 bytes each, or an extensible header, got them in 4 bytes, where some programs write integers and others floats',
      ),
    );
  });

  test('averages channels', () => {
    const { samples, channels } = readWav(
      wav({ channels: 3, encoding: 3, bits: 32 }, floatBytes([0, 0.25, 0.5, 1, 1, 1])),
      'a.wav',
    );
    expect(channels).toBe(3);
    expect([...samples]).toEqual([0.25, 1]);
  });

  test('skips unknown chunks with the padding of odd ones, and what follows the samples', () => {
    const file = riff([
      ...chunk('JUNK', [1, 2, 3]),
      ...chunk('fmt ', fmt({ bits: 8 })),
      ...chunk('LIST', [1]),
      ...chunk('data', [128, 192, 64]),
      ...chunk('id3 ', [9, 9]),
    ]);
    expect([...readWav(file, 'a.wav').samples]).toEqual([0, 0.5, -0.5]);
  });

  test('reads bytes that are a view into a larger buffer', () => {
    const file = wav({}, [0, 0x40]);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect([...readWav(shifted.subarray(3), 'a.wav').samples]).toEqual([0.5]);
  });

  test.each([
    [0xffffffff, 0xffffffff],
    [0, 0],
    [36, 0],
  ])('reads a streamed file to its end, RIFF size %i and data size %i', (riffSize, dataSize) => {
    const file = riff([...chunk('fmt ', fmt()), ...chunk('data', [0, 0x40, 0, 0xc0], dataSize)], riffSize);
    expect([...readWav(file, 'a.wav').samples]).toEqual([0.5, -0.5]);
  });

  test.each([
    ['no RIFF file', Uint8Array.from(text('RIFX0000WAVE'))],
    ['a file of 3 bytes', Uint8Array.from(text('RIF'))],
    ['samples without a header', riff(chunk('data', [0, 0]))],
    ['no samples', riff(chunk('fmt ', fmt()))],
    ['an empty data chunk', wav({}, [])],
    ['a data size beyond the end', riff([...chunk('fmt ', fmt()), ...chunk('data', [0, 0], 4)])],
    ['a data size of 4 GB', riff([...chunk('fmt ', fmt()), ...chunk('data', [0, 0], 0xfffffffe)])],
    ['a chunk size beyond the end', riff([...chunk('LIST', [0, 0], 0x7fffffff)])],
    ['a RIFF size beyond the end', riff([...chunk('fmt ', fmt()), ...chunk('data', [0, 0])], 1000)],
    ['a RIFF size before the end of the samples', riff([...chunk('fmt ', fmt()), ...chunk('data', [0, 0])], 30)],
    ['half a sample', wav({}, [0, 0, 0])],
    ['a short header', riff([...chunk('fmt ', fmt().slice(0, 14)), ...chunk('data', [0, 0])])],
    ['no channels', wav({ channels: 0, block: 2 }, [0, 0])],
    ['no sample rate', wav({ rate: 0 }, [0, 0])],
    ['blocks that do not fit', wav({ block: 1 }, [0, 0, 0])],
    ['blocks of five bytes', wav({ block: 5 }, [0, 0, 0, 0, 0])],
    ['blocks of three bytes for two channels', wav({ channels: 2, bits: 8, block: 3 }, [0, 0, 0])],
    [
      'a larger block that the bytes per second deny',
      riff([...chunk('fmt ', fmt({ block: 4 }).with(9, 0)), ...chunk('data', [0, 0, 0, 0])]),
    ],
    ['32-bit float in eight bytes', wav({ encoding: 3, bits: 32, block: 8 }, [0, 0, 0, 0, 0, 0, 0, 0])],
    ['ADPCM', wav({ encoding: 2, bits: 4, block: 1 }, [0, 0])],
    ['PCM of no bits', wav({ bits: 0, block: 1 }, [0])],
    ['33-bit PCM', wav({ bits: 33 }, [0, 0, 0, 0, 0])],
    ['24-bit float', wav({ encoding: 3, bits: 24 }, [0, 0, 0])],
    ['an extensible header cut short', wav({ encoding: 0xfffe }, [0, 0])],
    [
      'another subformat',
      riff([...chunk('fmt ', extensible({}, 16, [...GUID_TAIL.slice(0, 13), 0x72])), ...chunk('data', [0, 0])]),
    ],
    ['NaN', wav({ encoding: 3, bits: 32 }, floatBytes([0, Number.NaN]))],
    ['infinity', wav({ encoding: 3, bits: 32 }, floatBytes([Number.POSITIVE_INFINITY]))],
    ['a double beyond float32', wav({ encoding: 3, bits: 64 }, doubleBytes([1e300]))],
  ])('refuses %s with one sentence that names the file', (_, file) => {
    expect(() => readWav(file, 'clips/a.wav')).toThrow(InputError);
    expect(() => readWav(file, 'clips/a.wav')).toThrow(/^clips\/a\.wav: expected [^\n]*[^.\n]$/);
  });

  test('survives damage', async () => {
    const refused = await survivesMutations(
      [
        wav({ channels: 2 }, [1, 2, 3, 4, 5, 6, 7, 8]),
        riff([...chunk('fmt ', extensible({ encoding: 3, bits: 32 }, 32)), ...chunk('data', floatBytes([0.5, -0.5]))]),
        riff([
          ...chunk('LIST', [1, 2, 3]),
          ...chunk('fmt ', fmt({ bits: 20 })),
          ...chunk('data', [0, 0, 64, 0, 0, 192]),
        ]),
      ],
      (bytes) => readWav(bytes, 'a.wav'),
    );
    expect(refused).toBeGreaterThan(1000);
  });

  test('refuses every file cut short', () => {
    const file = wav({ channels: 2 }, [1, 2, 3, 4, 5, 6, 7, 8]);
    for (let length = 0; length < file.length; length++) {
      expect(() => readWav(file.subarray(0, length), 'a.wav')).toThrow(InputError);
    }
  });

  test('answers any bytes with audio or an InputError', () => {
    const start = [...wav({ channels: 2 }, [1, 2, 3, 4])];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 6 }), (edits) => {
        const file = Uint8Array.from(start);
        for (const [at, byte] of edits) file[at] = byte;
        try {
          expect(readWav(file, 'a.wav').samples.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe('writeWav', () => {
  test('writes float32 samples that read back bit for bit', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 1, noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 1, max: 192000 }),
        (values, rate) => {
          // Channels are summed from +0 on, which makes -0 a 0.
          const samples = values.map((value) => value + 0);
          expect(readWav(writeWav(samples, rate, 'float32'), 'a.wav')).toEqual({
            samples,
            sampleRate: rate,
            channels: 1,
          });
        },
      ),
    );
  });

  test('rounds 16-bit samples to steps of 1/32768 and clips them', () => {
    const samples = Float32Array.from([-2, -1, -0.6 / 32768, 0.4 / 32768, 0.6 / 32768, 0.5, 1, 2]);
    const written = readWav(writeWav(samples, 22050, 'pcm16'), 'a.wav').samples;
    expect([...written].map((x) => x * 32768 + 0)).toEqual([-32768, -32768, -1, 0, 1, 16384, 32767, 32767]);
  });

  test('writes the canonical 44-byte header', () => {
    expect([...writeWav(Float32Array.from([0.5]), 22050, 'pcm16')]).toEqual([...wav({ rate: 22050 }, [0, 0x40])]);
  });
});
