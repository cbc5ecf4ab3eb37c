/**
 * What a record has under `key`, where people choose the keys: names such as "constructor" find nothing that every
 * object has.
 * @example
 * ownValue({ a: 1 }, "a"); // 1
 * ownValue({ a: 1 }, "constructor"); // undefined
 */
export function ownValue<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
