import protobuf from 'protobufjs';
import type { OnnxAttributes } from '../../graph/operation.ts';

/** The part of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that float32 programs need; field numbers are its own. */
const PROTO = `
syntax = "proto2";
message AttributeProto {
  enum AttributeType { UNDEFINED = 0; FLOAT = 1; INT = 2; STRING = 3; FLOATS = 6; INTS = 7; }
  optional string name = 1; optional float f = 2; optional int64 i = 3; optional bytes s = 4; repeated float floats = 7;
  repeated int64 ints = 8;
  optional AttributeType type = 20;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
  repeated AttributeProto attribute = 5; optional string domain = 7;
}
message StringStringEntryProto { optional string key = 1; optional string value = 2; }
message TensorProto {
  repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9;
  repeated StringStringEntryProto external_data = 13; optional int32 data_location = 14;
}
message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
message TensorShapeProto { repeated Dimension dim = 1; }
message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
message TypeProto { optional Tensor tensor_type = 1; }
message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
message GraphProto {
  repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
message ModelProto {
  optional int64 ir_version = 1; optional string producer_name = 2; optional GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
}`;

/** Types of numbers, by TensorProto.DataType. */
export const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT32 = 6;
const INT64 = 7;
export const FLOAT16 = 10;
export const DOUBLE = 11;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_FLOATS = 6;
const ATTRIBUTE_INTS = 7;

/** Opset 17 (IR version 8) is the oldest that has every operation in its present form. */
const OPSET = 17;
const IR_VERSION = 8;
/** That of ONNX Runtime's own operations. */
const OTHER_VERSION = 1;

type Message = Record<string, unknown>;

/** An ONNX model as plain messages, named as in onnx.proto. */
export interface OnnxParts {
  readonly nodes: readonly Message[];
  readonly initializers: readonly Message[];
  readonly inputs: readonly Message[];
  readonly outputs: readonly Message[];
}

let modelType: protobuf.Type | undefined;

/** The bytes of an .onnx file. */
export function encodeModel({ nodes, initializers, inputs, outputs }: OnnxParts): Uint8Array {
  modelType ??= protobuf.parse(PROTO, { keepCase: true }).root.lookupType('ModelProto');
  const domains = new Set(['', ...nodes.map(({ domain }) => (domain ?? '') as string)]);
  const message = {
    ir_version: IR_VERSION,
    producer_name: 'wavegrad-schedules',
    graph: { name: 'graph', node: nodes, initializer: initializers, input: inputs, output: outputs },
    opset_import: [...domains].map((domain) => ({ domain, version: domain === '' ? OPSET : OTHER_VERSION })),
  };
  return modelType.encode(message).finish();
}

export function floatTensor(name: string, data: Float32Array, dims: readonly number[]): Message {
  return { name, dims, data_type: FLOAT, raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** In TensorProto.DataLocation: not in this file. */
const EXTERNAL = 1;

/** One whose numbers stand in another file beside this one, from the byte `offset` on. */
export function externalTensor(name: string, dims: readonly number[], file: string, offset: number): Message {
  const length = 4 * dims.reduce((product, size) => product * size, 1);
  const entries = Object.entries({ location: file, offset, length });
  const external_data = entries.map(([key, value]) => ({ key, value: String(value) }));
  return { name, dims, data_type: FLOAT, data_location: EXTERNAL, external_data };
}

export function int64Tensor(name: string, data: readonly number[]): Message {
  const raw = new BigInt64Array(data.map(BigInt));
  return { name, dims: [data.length], data_type: INT64, raw_data: new Uint8Array(raw.buffer) };
}

export function integerTensor(
  name: string,
  data: Uint8Array | Int8Array | Int32Array,
  dims: readonly number[],
): Message {
  const type = data instanceof Int32Array ? INT32 : data instanceof Int8Array ? INT8 : UINT8;
  return { name, dims, data_type: type, raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** A float32 input or output; a dimension given as text is one that each run sizes. */
export function valueInfo(name: string, dims: readonly (number | string)[]): Message {
  const dim = dims.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return { name, type: { tensor_type: { elem_type: FLOAT, shape: { dim } } } };
}

export function attribute(name: string, value: OnnxAttributes[string]): Message {
  if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE_INT };
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: ATTRIBUTE_STRING };
  if ('float' in value) return { name, f: value.float, type: ATTRIBUTE_FLOAT };
  if ('floats' in value) return { name, floats: value.floats, type: ATTRIBUTE_FLOATS };
  return { name, ints: value, type: ATTRIBUTE_INTS };
}
