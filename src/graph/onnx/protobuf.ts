/**
 * A reader for protobuf messages, driven by a table of fields. It is built for files that may be hostile or huge:
 * lengths are checked before anything is allocated, nesting and the size of the result are bounded, byte fields are
 * views of the input, and of long numeric fields only the head is kept.
 */

/** How a field is read. `ints`, `floats`, `doubles` are repeated (packed or not); `heads…` keep the first elements only. */
export type FieldType = "int" | "float" | "string" | "bytes" | "ints" | "floats" | "strings" | "head-ints" | "head-floats" | "head-doubles";

/** Field number → name and type; a type that is not a {@link FieldType} names a message, `[]` after it marks a list. */
export type MessageFields = Readonly<Record<number, readonly [name: string, type: string]>>;
/** Message name → its fields. */
export type ProtoSchema = Readonly<Record<string, MessageFields>>;

/** The bytes are not what the schema says; `offset` is where that shows. */
export class ProtoError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Elements kept of the `head-…` fields. */
export const headLength = 1024;
const maxDepth = 100;

/**
 * Decodes one message. Absent fields are `undefined`, absent lists are empty; unknown fields are skipped. `maxBytes`
 * bounds the estimated size of the decoded objects (default 1 GB): a file of empty messages grows a hundredfold.
 * @throws {ProtoError} for bytes that are not such a message.
 */
export function decodeMessage(bytes: Uint8Array, schema: ProtoSchema, message: string, maxBytes = 1e9): unknown {
  return new Reader(bytes, schema, maxBytes).message(message, 0, bytes.length, 0);
}

type Fields = Record<string, unknown>;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #schema: ProtoSchema;
  readonly #text = new TextDecoder();
  /** An empty message of each kind; copies share its hidden class, and need no check for absent lists later. */
  readonly #blank: ReadonlyMap<string, { readonly message: Fields; readonly bytes: number }>;
  readonly #maxBytes: number;
  #at = 0;
  #decoded = 0;

  constructor(bytes: Uint8Array, schema: ProtoSchema, maxBytes: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#schema = schema;
    this.#maxBytes = maxBytes;
    this.#blank = new Map(Object.entries(schema).map(([name, fields]) => {
      const list = Object.values(fields);
      return [name, { message: Object.fromEntries(list.map(([field, type]) => [field, isList(type) ? empty : undefined])), bytes: 64 + 8 * list.length }];
    }));
  }

  message(name: string, start: number, end: number, depth: number): Fields {
    if (depth > maxDepth) throw new ProtoError(`messages are nested more than ${maxDepth} deep`, start);
    const fields = this.#schema[name]!;
    const blank = this.#blank.get(name)!;
    const result: Fields = { ...blank.message };
    this.#spend(blank.bytes);
    this.#at = start;
    while (this.#at < end) {
      const tag = this.#varint(end);
      const wire = tag % 8;
      const number = Math.floor(tag / 8);
      if (number === 0) throw new ProtoError("a field has number 0", this.#at);
      const field = fields[number];
      if (field) this.#field(result, field[0], field[1], wire, end, depth);
      else this.#skip(wire, end);
    }
    return result;
  }

  #field(into: Fields, name: string, type: string, wire: number, end: number, depth: number): void {
    const wanted = wireOf[type] ?? 2;
    const packed = wire === 2 && wanted !== 2 && isList(type);
    if (wire !== wanted && !packed) throw new ProtoError(`field "${name}" has wire type ${wire}, not ${wanted}`, this.#at);
    if (packed) {
      const stop = this.#length(end);
      while (this.#at < stop) this.#append(into, name, this.#number(type, stop), type);
      return;
    }
    if (wanted !== 2) {
      const value = this.#number(type, end);
      if (isList(type)) this.#append(into, name, value, type);
      else into[name] = value;
      return;
    }
    const stop = this.#length(end);
    const from = this.#at;
    if (type === "bytes") into[name] = this.#bytes.subarray(from, stop);
    else if (type === "string" || type === "strings") {
      this.#spend(32 + stop - from);
      const text = this.#text.decode(this.#bytes.subarray(from, stop));
      if (type === "string") into[name] = text;
      else this.#append(into, name, text, type);
    } else if (type.endsWith("[]")) this.#append(into, name, this.message(type.slice(0, -2), from, stop, depth + 1), type);
    else into[name] = this.message(type, from, stop, depth + 1);
    this.#at = stop;
  }

  #append(into: Fields, name: string, value: unknown, type: string): void {
    let list = into[name] as unknown[];
    if (list === empty) into[name] = list = [];
    if (type.startsWith("head-") && list.length >= headLength) return;
    this.#spend(8);
    list.push(value);
  }

  #number(type: string, end: number): number {
    const bytes = byteWidth[type];
    if (bytes === undefined) return this.#signed(end);
    if (this.#at + bytes > end) throw new ProtoError("the data ends inside a number", this.#at);
    const value = bytes === 4 ? this.#view.getFloat32(this.#at, true) : this.#view.getFloat64(this.#at, true);
    this.#at += bytes;
    return value;
  }

  /** A length-delimited field: returns where it ends. */
  #length(end: number): number {
    const length = this.#varint(end);
    if (length > end - this.#at) throw new ProtoError(`a field of ${length} bytes begins ${end - this.#at} bytes before the end`, this.#at);
    return this.#at + length;
  }

  #skip(wire: number, end: number): void {
    if (wire === 0) this.#varint(end);
    else if (wire === 2) this.#at = this.#length(end);
    else if (wire === 1 || wire === 5) {
      this.#at += wire === 1 ? 8 : 4;
      if (this.#at > end) throw new ProtoError("the data ends inside a number", end);
    } else throw new ProtoError(`wire type ${wire} is not used in such files`, this.#at);
  }

  /** An unsigned varint; exact below 2⁵³, rounded above. */
  #varint(end: number): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      if (this.#at >= end) throw new ProtoError("the data ends inside a number", this.#at);
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    throw new ProtoError("a number is longer than 10 bytes", this.#at);
  }

  /** A varint as a signed 64-bit integer. Small negative numbers are exact, which a difference of doubles is not. */
  #signed(end: number): number {
    const start = this.#at;
    const value = this.#varint(end);
    if (this.#at - start < 10) return value;
    let inverted = 0;
    let factor = 1;
    for (let at = start; at < this.#at; at++) {
      const bits = at === start + 9 ? 1 : 127;
      inverted += (~this.#bytes[at]! & bits) * factor;
      factor *= 128;
    }
    return -inverted - 1;
  }

  #spend(bytes: number): void {
    this.#decoded += bytes;
    if (this.#decoded > this.#maxBytes) throw new ProtoError("the file holds more small fields than can be read into memory", this.#at);
  }
}

const empty: unknown[] = [];
Object.freeze(empty);

const wireOf: Readonly<Record<string, number>> = { int: 0, ints: 0, "head-ints": 0, float: 5, floats: 5, "head-floats": 5, "head-doubles": 1 };
const byteWidth: Readonly<Record<string, number>> = { float: 4, floats: 4, "head-floats": 4, "head-doubles": 8 };

function isList(type: string): boolean {
  return type.endsWith("s") && type !== "bytes" ? true : type.endsWith("[]");
}
