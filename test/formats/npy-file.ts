/** A `.npy` file by the format's description: magic, version, the header's length, the header as it is given, the data. */
export function npyFile(header: string, data: Uint8Array = new Uint8Array(0), [major, minor] = [1, 0]): Uint8Array {
  const length = major === 1 ? Buffer.alloc(2) : Buffer.alloc(4);
  if (major === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), major!, minor!]);
  return Buffer.concat([magic, length, Buffer.from(header, 'latin1'), data]);
}

/** A file of the objects that this pickle holds, of which each character is a byte. */
export function objectFile(pickle: string, shape = '()'): Uint8Array {
  return npyFile(
    `{'descr': '|O', 'fortran_order': False, 'shape': ${shape}, }\n`,
    Uint8Array.from(pickle, (character) => character.charCodeAt(0)),
  );
}

/** A `.npy` file of float32 numbers. */
export function floatsFile(...values: number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${values.length},), }\n`;
  return npyFile(header, new Uint8Array(Float32Array.from(values).buffer));
}
