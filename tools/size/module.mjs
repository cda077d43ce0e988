// The parts of a WebAssembly file: its functions with their names and sizes, and how much else there is.

const sections = { custom: 0, code: 10, data: 11 };
const functionNames = 1; // a subsection of the name section

/** Reads a file front to back. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get done() {
    return this.at >= this.bytes.length;
  }

  /** An unsigned LEB128 number. */
  number() {
    let result = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      result += (byte & 127) * scale;
      if (byte < 128) return result;
    }
  }

  take(length) {
    const part = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  text() {
    return Buffer.from(this.take(this.number())).toString('utf8');
  }
}

/** The names of a module's functions by their index, imports first. @param {Uint8Array} section without its own name */
function namesOf(section) {
  const reader = new Reader(section);
  while (!reader.done) {
    const kind = reader.number();
    const part = new Reader(reader.take(reader.number()));
    if (kind === functionNames) return new Map(Array.from({ length: part.number() }, () => [part.number(), part.text()]));
  }
  return new Map();
}

/**
 * @param {Uint8Array} bytes of a module with a name section
 * @returns {{ imports: string[], functions: { name: string, size: number }[], data: number, total: number }} the names of imported
 *   functions; the module's own functions; the size of its data; and that of the file without the name section
 */
export function readModule(bytes) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ kind }) => kind === 'function').length;
  const reader = new Reader(bytes);
  reader.take(8); // magic and version
  const sizes = [];
  let names = new Map();
  let data = 0;
  let total = bytes.length;
  while (!reader.done) {
    const begin = reader.at;
    const [id] = reader.take(1);
    const section = new Reader(reader.take(reader.number()));
    if (id === sections.custom && section.text() === 'name') {
      names = namesOf(section.bytes.subarray(section.at));
      total -= reader.at - begin;
    } else if (id === sections.code) {
      for (let left = section.number(); left > 0; left--) {
        const start = section.at;
        section.take(section.number());
        sizes.push(section.at - start);
      }
    } else if (id === sections.data) {
      data = section.bytes.length;
    }
  }
  const name = (index) => names.get(index) ?? '';
  return {
    imports: Array.from({ length: imports }, (_, index) => name(index)),
    functions: sizes.map((size, index) => ({ name: name(imports + index), size })),
    data,
    total,
  };
}
