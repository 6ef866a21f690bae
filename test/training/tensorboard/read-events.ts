/** A field of a protobuf message: a number (varint, double or float) or bytes. */
type Field = number | Uint8Array;

/** The fields of a protobuf message by their numbers, in the order in which they came. */
export type Fields = ReadonlyMap<number, readonly Field[]>;

/** What a test looks at of an event; of an image, audio and tensor, the fields of their messages. */
export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number | undefined;
  readonly fileVersion: string | undefined;
  readonly sessionStatus: number | undefined;
  readonly tag: string | undefined;
  readonly scalar: number | undefined;
  readonly image: Fields | undefined;
  readonly audio: Fields | undefined;
  readonly tensor: Fields | undefined;
  readonly plugin: string | undefined;
}

/** Castagnoli's polynomial, bit by bit, lowest bit first, as its definition has it. */
export function bitCrc32c(bytes: Iterable<number>): number {
  let register = -1;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ 0x82f63b78 : register >>> 1;
  }
  return ~register >>> 0;
}

/**
 * The events in records of length, checksum, data, checksum (TensorFlow's core/lib/io/record_writer.h); throws where a checksum
 * does not fit or the last record is not whole.
 */
export function readEvents(bytes: Uint8Array): ReadEvent[] {
  return readRecords(bytes).map((record) => {
    const event = readFields(record);
    const value = message(message(event, 5), 1);
    return {
      wallTime: number(event, 1)!,
      step: number(event, 2),
      fileVersion: text(event, 3),
      sessionStatus: number(message(event, 7), 1),
      tag: text(value, 1),
      scalar: number(value, 2),
      image: message(value, 4),
      audio: message(value, 6),
      tensor: message(value, 8),
      plugin: text(message(message(value, 9), 1), 1),
    };
  });
}

/** The data of each record. */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const check = (from: number, to: number) => {
    const crc = bitCrc32c(bytes.subarray(from, to));
    const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
    if (view.getUint32(to, true) !== masked) throw new Error(`checksum of bytes ${from} to ${to}`);
  };
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    check(at, at + 8);
    const end = at + 12 + Number(view.getBigUint64(at, true));
    check(at + 12, end);
    records.push(bytes.subarray(at + 12, end));
    at = end + 4;
  }
  return records;
}

/** https://protobuf.dev/programming-guides/encoding */
function readFields(bytes: Uint8Array): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const read = (type: number): Field => {
    if (type === 0) return varint();
    const length = type === 2 ? varint() : type === 1 ? 8 : 4;
    const start = at;
    at += length;
    if (at > bytes.length) throw new Error(`a field of ${length} bytes at ${start} of ${bytes.length}`);
    if (type === 1) return view.getFloat64(start, true);
    if (type === 2) return bytes.subarray(start, at);
    if (type === 5) return view.getFloat32(start, true);
    throw new Error(`wire type ${type} at ${start}`);
  };
  while (at < bytes.length) {
    const key = varint();
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), read(key & 7)]);
  }
  return fields;
}

function message(fields: Fields | undefined, field: number): Fields | undefined {
  const data = bytes(fields, field);
  return data && readFields(data);
}

export function bytes(fields: Fields | undefined, field: number): Uint8Array | undefined {
  const data = fields?.get(field)?.[0];
  return data instanceof Uint8Array ? data : undefined;
}

export function number(fields: Fields | undefined, field: number): number | undefined {
  const data = fields?.get(field)?.[0];
  return typeof data === 'number' ? data : undefined;
}

export function text(fields: Fields | undefined, field: number): string | undefined {
  const data = bytes(fields, field);
  return data && new TextDecoder().decode(data);
}
