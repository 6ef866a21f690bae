import type { OnnxAttributes, OnnxWriter } from '../../graph/operation.ts';
import { attribute, floatTensor, int64Tensor, integerTensor } from './onnx-file.ts';

/** A node of the file that is being written; it may still be changed as long as nothing reads it. */
export interface WrittenNode {
  readonly output: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly attributes: OnnxAttributes;
  readonly domain: string;
}

/** The nodes and constants of an ONNX file in the order of their writing. */
export interface NodeWriter extends Omit<OnnxWriter, 'channelBlock'> {
  add(type: string, inputs: readonly string[], attributes: OnnxAttributes, domain?: string): WrittenNode;
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

export function createNodeWriter(): NodeWriter {
  const nodes = new Map<string, WrittenNode>();
  const initializers: Record<string, unknown>[] = [];
  let count = 0;
  const add: NodeWriter['add'] = (type, inputs, attributes, domain = '') => {
    const node = { output: `v${count++}`, type, inputs, attributes, domain };
    nodes.set(node.output, node);
    return node;
  };
  return {
    add,
    node: (type, inputs, attributes = {}, domain = '') => add(type, inputs, attributes, domain).output,
    replace(node, change) {
      // What it reads may have been written after it.
      nodes.delete(node.output);
      const changed = { ...node, ...change };
      nodes.set(node.output, changed);
      return changed;
    },
    float32(data, shape) {
      const name = `c${count++}`;
      initializers.push(floatTensor(name, data, shape));
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
    named: (name, data, shape) => initializers.push(floatTensor(name, data, shape)),
    output: (name, value) => {
      nodes.set(name, { output: name, type: 'Identity', inputs: [value], attributes: {}, domain: '' });
    },
    written: () => ({
      initializers,
      nodes: [...nodes.values()].map(({ output, type, inputs, attributes, domain }) => ({
        op_type: type,
        domain,
        name: `${type}_${output}`,
        input: inputs,
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
    }),
  };
}
