/** Addresses so far apart fall on the same set of a first-level cache: of its ways, none is larger than a page. */
const pageBytes = 4096;
/** Lines that a set of such a cache keeps, as most have it. */
const ways = 8;

/** True where so many rows, so many bytes apart, lie on one set of the first-level cache, and are more than it keeps. */
export function fillsOneSet(rows: number, rowBytes: number): boolean {
  return rows > ways && rowBytes > 0 && rowBytes % pageBytes === 0;
}
