import protobuf from 'protobufjs';
import { maskedCrc32c } from './crc32c.ts';

/**
 * The parts that are written of event.proto, summary.proto, tensor.proto and tensor_shape.proto in
 * https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto; field numbers are theirs.
 */
const PROTO = `
syntax = "proto2";
message TensorShapeProto { }
message TensorProto { optional int32 dtype = 1; optional TensorShapeProto tensor_shape = 2; repeated bytes string_val = 8; }
message PluginData { optional string plugin_name = 1; }
message SummaryMetadata { optional PluginData plugin_data = 1; optional int32 data_class = 4; }
message Image {
  optional int32 height = 1; optional int32 width = 2; optional int32 colorspace = 3; optional bytes encoded_image_string = 4;
}
message Audio {
  optional float sample_rate = 1; optional int64 num_channels = 2; optional int64 length_frames = 3;
  optional bytes encoded_audio_string = 4; optional string content_type = 5;
}
message Value {
  optional string tag = 1; optional float simple_value = 2; optional Image image = 4; optional Audio audio = 6;
  optional TensorProto tensor = 8; optional SummaryMetadata metadata = 9;
}
message Summary { repeated Value value = 1; }
message SessionLog { optional int32 status = 1; }
message Event {
  optional double wall_time = 1; optional int64 step = 2; optional string file_version = 3; optional Summary summary = 5;
  optional SessionLog session_log = 7;
}`;

/** A value under its tag; the names are those of summary.proto. */
export interface SummaryValue {
  readonly tag: string;
  readonly simple_value?: number;
  readonly image?: {
    readonly height: number;
    readonly width: number;
    /** 3 for RGB. */
    readonly colorspace: number;
    readonly encoded_image_string: Uint8Array;
  };
  readonly audio?: {
    readonly sample_rate: number;
    readonly num_channels: number;
    readonly length_frames: number;
    readonly encoded_audio_string: Uint8Array;
    readonly content_type: string;
  };
  readonly tensor?: {
    readonly dtype: number;
    readonly tensor_shape: Readonly<Record<string, never>>;
    readonly string_val: readonly Uint8Array[];
  };
  readonly metadata?: { readonly plugin_data: { readonly plugin_name: string }; readonly data_class: number };
}

/** An event; the names are those of event.proto. */
export interface Event {
  /** Seconds since 1970. */
  readonly wall_time: number;
  readonly step?: number;
  readonly file_version?: string;
  readonly summary?: { readonly value: readonly SummaryValue[] };
  readonly session_log?: { readonly status: number };
}

let eventType: protobuf.Type | undefined;

/**
 * An event as a record of a file:
 *
 *     length, uint64 | checksum of the length, uint32 | event | checksum of the event, uint32
 *
 * all little-endian, with masked CRC-32C; mirrors `RecordWriter` in tensorboard/summary/writer/record_writer.py.
 */
export function eventRecord(event: Event): Uint8Array {
  eventType ??= protobuf.parse(PROTO, { keepCase: true }).root.lookupType('Event');
  const data = eventType.encode(event).finish();
  const record = new Uint8Array(16 + data.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}
