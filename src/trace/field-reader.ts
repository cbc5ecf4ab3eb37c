/** Reports what is wrong with a file that is read, and throws. */
export type Fail = (message: string) => never;
export type Json = Readonly<Record<string, unknown>>;

/** Fields of a JSON object, each of the type asked for. */
export class FieldReader {
  readonly #from: Json;
  readonly #prefix: string;
  readonly #fail: Fail;

  constructor(from: Json, prefix: string, fail: Fail) {
    this.#from = from;
    this.#prefix = prefix;
    this.#fail = fail;
  }

  #get<T>(key: string, what: string, is: (value: unknown) => boolean): T {
    const value = Object.hasOwn(this.#from, key) ? this.#from[key] : undefined;
    if (!is(value)) this.#fail(`${this.#prefix}${key} is ${value === undefined ? "missing" : `not ${what}`}`);
    return value as T;
  }
  has(key: string): boolean {
    return Object.hasOwn(this.#from, key);
  }
  string(key: string): string {
    return this.#get(key, "a text", (value) => typeof value === "string");
  }
  number(key: string): number {
    return this.#get(key, "a number from 0", (value) => typeof value === "number" && value >= 0 && value < Infinity);
  }
  boolean(key: string): boolean {
    return this.#get(key, "true or false", (value) => typeof value === "boolean");
  }
  /** Those of a list, each to be read in turn. */
  objects(key: string): FieldReader[] {
    const list = this.#get<unknown[]>(key, "a list of objects", (value) => Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null && !Array.isArray(item)));
    return list.map((item, i) => new FieldReader(item as Json, `${this.#prefix}${key}[${i}].`, this.#fail));
  }
  strings(key: string): string[] {
    return this.#get(key, "a list of texts", (value) => Array.isArray(value) && value.every((item) => typeof item === "string"));
  }
  object(key: string): Json {
    return this.#get(key, "an object", (value) => typeof value === "object" && value !== null && !Array.isArray(value));
  }
}
