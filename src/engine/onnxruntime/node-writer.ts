import type { OnnxAttributes, OnnxWriter } from '../../graph/operation.ts';
import { attribute, externalTensor, floatTensor, int64Tensor, integerTensor } from './onnx-file.ts';

/** A node of the file that is being written; it may still be changed as long as nothing reads it. */
export interface WrittenNode {
  readonly output: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly attributes: OnnxAttributes;
  readonly domain: string;
  /** What a profile calls it. */
  readonly name: string;
}

/** The nodes and constants of an ONNX file in the order of their writing. */
export interface NodeWriter extends Omit<OnnxWriter, 'channelBlock'> {
  add(node: Omit<WrittenNode, 'output'>): WrittenNode;
  /** Puts another in the place of the last node, or of one that nothing written since reads; its output keeps its name. */
  replace(node: WrittenNode, change: Partial<Pick<WrittenNode, 'inputs' | 'attributes'>>): WrittenNode;
  /** A float32 constant under a name of its own. */
  named(name: string, data: Float32Array, shape: readonly number[]): void;
  integers(data: Uint8Array | Int8Array | Int32Array, shape: readonly number[]): string;
  /** Gives a value the name of an output. */
  output(name: string, value: string): void;
  /** As messages of onnx.proto. */
  written(): {
    readonly nodes: readonly Record<string, unknown>[];
    readonly initializers: readonly Record<string, unknown>[];
  };
}

/** Where large constants go: to a file of that name beside the model's, each at an offset that is a whole number of memory pages. */
export interface ConstantsFile {
  readonly name: string;
  /** What is to be written, in the order of the offsets. */
  readonly parts: { readonly offset: number; readonly data: Float32Array }[];
}

/** Fewer numbers than this stay in the model's own file. */
const LARGE = 1024;
/** Bytes of a page of memory, or of several. */
const PAGE = 4096;

/** @param file takes large constants; default: all are in the model's own file */
export function createNodeWriter(file?: ConstantsFile): NodeWriter {
  const nodes = new Map<string, WrittenNode>();
  const initializers: Record<string, unknown>[] = [];
  const names = new Set<string>();
  let count = 0;
  const constant = (name: string, data: Float32Array, shape: readonly number[]) => {
    if (file === undefined || data.length < LARGE) return floatTensor(name, data, shape);
    const before = file.parts.at(-1);
    const offset = before === undefined ? 0 : Math.ceil((before.offset + before.data.byteLength) / PAGE) * PAGE;
    file.parts.push({ offset, data });
    return externalTensor(name, shape, file.name, offset);
  };
  const add: NodeWriter['add'] = (wanted) => {
    const output = `v${count++}`;
    // No two nodes may have one name: a kernel is used again, turned, in a gradient.
    const name = names.has(wanted.name) ? `${wanted.name} ${output}` : wanted.name;
    names.add(name);
    const node = { ...wanted, name, output };
    nodes.set(node.output, node);
    return node;
  };
  return {
    add,
    node: (type, inputs, attributes = {}, domain = '') =>
      add({ type, inputs, attributes, domain, name: `${type}_v${count}` }).output,
    replace(node, change) {
      // What it reads may have been written after it.
      nodes.delete(node.output);
      const changed = { ...node, ...change };
      nodes.set(node.output, changed);
      return changed;
    },
    float32(data, shape) {
      const name = `c${count++}`;
      initializers.push(constant(name, data, shape));
      return name;
    },
    int64(data) {
      const name = `c${count++}`;
      initializers.push(int64Tensor(name, data));
      return name;
    },
    integers(data, shape) {
      const name = `c${count++}`;
      initializers.push(integerTensor(name, data, shape));
      return name;
    },
    named: (name, data, shape) => initializers.push(constant(name, data, shape)),
    output: (name, value) => {
      nodes.set(name, {
        output: name,
        type: 'Identity',
        inputs: [value],
        attributes: {},
        domain: '',
        name: `output_${name}`,
      });
    },
    written: () => ({
      initializers,
      nodes: [...nodes.values()].map(({ output, type, inputs, attributes, domain, name }) => ({
        op_type: type,
        domain,
        name,
        input: inputs,
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
    }),
  };
}
