/** What a pickle is made of. Arrays become lists, Maps dictionaries, and the rest what their `kind` says. */
export type PickleNode =
  | null
  | boolean
  | number
  | string
  | readonly PickleNode[]
  | ReadonlyMap<PickleNode, PickleNode>
  | { readonly kind: 'tuple'; readonly items: readonly PickleNode[] }
  | { readonly kind: 'name'; readonly module: string; readonly name: string }
  | { readonly kind: 'call'; readonly callee: PickleNode; readonly args: readonly PickleNode[] }
  | { readonly kind: 'persistent'; readonly id: PickleNode };

/**
 * The bytes of a pickle of protocol 2, with the instructions that PyTorch's own writer uses and no others. Whole numbers within
 * ±(2^53 − 1) become Python's int, other numbers float, so does −0. What is used twice is written twice.
 *
 * Source of the instruction codes: CPython's Lib/pickletools.py.
 */
export function writePickle(root: PickleNode): Uint8Array {
  const out: number[] = [];
  const scratch = new DataView(new ArrayBuffer(8));
  const write = (...bytes: number[]): void => {
    out.push(...bytes);
  };
  // Not spread: an argument list has room for some 100,000 bytes.
  const writeAll = (bytes: Uint8Array): void => {
    for (const byte of bytes) out.push(byte);
  };
  const writeScratch = (length: number): void => writeAll(new Uint8Array(scratch.buffer, 0, length));

  const writeInteger = (value: number): void => {
    if (value >= 0 && value <= 0xff) {
      write(0x4b, value); // BININT1
    } else if (value >= 0 && value <= 0xffff) {
      write(0x4d, value & 0xff, value >> 8); // BININT2
    } else if (value === (value | 0)) {
      write(0x4a); // BININT
      scratch.setInt32(0, value, true);
      writeScratch(4);
    } else {
      write(0x8a, 8); // LONG1
      scratch.setBigInt64(0, BigInt(value), true);
      writeScratch(8);
    }
  };
  const writeNumber = (value: number): void => {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      writeInteger(value);
    } else {
      write(0x47); // BINFLOAT
      scratch.setFloat64(0, value);
      writeScratch(8);
    }
  };
  const writeText = (text: string): void => {
    const bytes = new TextEncoder().encode(text);
    write(0x58); // BINUNICODE
    scratch.setUint32(0, bytes.length, true);
    writeScratch(4);
    writeAll(bytes);
  };
  const writeNodes = (nodes: readonly PickleNode[]): void => {
    for (const node of nodes) writeNode(node);
  };
  const writeTuple = (items: readonly PickleNode[]): void => {
    if (items.length > 3) write(0x28); // MARK
    writeNodes(items);
    write([0x29, 0x85, 0x86, 0x87][items.length] ?? 0x74); // EMPTY_TUPLE, TUPLE1 to TUPLE3, or TUPLE
  };
  const writeObject = (node: Exclude<PickleNode, null | boolean | number | string>): void => {
    if (isMap(node)) {
      write(0x7d, 0x28); // EMPTY_DICT, MARK
      for (const [key, value] of node) writeNodes([key, value]);
      write(0x75); // SETITEMS
    } else if (isList(node)) {
      write(0x5d, 0x28); // EMPTY_LIST, MARK
      writeNodes(node);
      write(0x65); // APPENDS
    } else if (node.kind === 'tuple') {
      writeTuple(node.items);
    } else if (node.kind === 'name') {
      writeAll(new TextEncoder().encode(`c${node.module}\n${node.name}\n`)); // GLOBAL
    } else if (node.kind === 'call') {
      writeNode(node.callee);
      writeTuple(node.args);
      write(0x52); // REDUCE
    } else {
      writeNode(node.id);
      write(0x51); // BINPERSID
    }
  };
  const writeNode = (node: PickleNode): void => {
    if (node === null)
      write(0x4e); // NONE
    else if (typeof node === 'boolean')
      write(node ? 0x88 : 0x89); // NEWTRUE, NEWFALSE
    else if (typeof node === 'number') writeNumber(node);
    else if (typeof node === 'string') writeText(node);
    else writeObject(node);
  };

  write(0x80, 2); // PROTO
  writeNode(root);
  write(0x2e); // STOP
  return Uint8Array.from(out);
}

// Array.isArray and instanceof do not narrow to the read-only types.
function isList(node: object): node is readonly PickleNode[] {
  return Array.isArray(node);
}

function isMap(node: object): node is ReadonlyMap<PickleNode, PickleNode> {
  return node instanceof Map;
}
