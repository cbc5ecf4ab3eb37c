import { InputError } from "../../base/errors.ts";

/**
 * Shares of a cache whose ways are given out: each class fills so many, and no more. Activities of different classes then
 * do not take capacity from each other; bandwidth they still share. Ways may be left over. Classes have ways of their own
 * here; hardware also lets them overlap.
 * @param ways of the cache
 * @param classes ways of each class
 * @throws {InputError} where a class has none, or all together more than there are
 * @source Intel, 64 and IA-32 Architectures Software Developer's Manual, volume 3B, Cache Allocation Technology; Suh,
 *   Rudolph & Devadas, Dynamic Partitioning of Shared Cache Memory, Journal of Supercomputing 28(1), 2004
 * @example
 * wayShares(16, [12, 4]); // [0.75, 0.25]
 */
export function wayShares(ways: number, classes: readonly number[]): number[] {
  return shares(ways, classes, "way");
}

/**
 * Shares of a cache that is divided by page colours: a page whose address picks the sets of one colour can fill only
 * these, so the operating system divides the cache by the pages that it hands out. There are capacity / (ways · page)
 * colours. The same part of memory goes with them: a class with a quarter of the colours has a quarter of the pages.
 * @param classes colours of each class
 * @throws {InputError} where a page spans all sets (huge pages: one colour), or there are too few colours
 * @source Kessler & Hill, Page Placement Algorithms for Large Real-Indexed Caches, ACM TOCS 10(4), 1992; Lin et al., Gaining
 *   Insights into Multicore Cache Partitioning, HPCA 2008
 * @example
 * colourShares({ capacityBytes: 2 ** 20, ways: 16, pageBytes: 4096 }, [12, 4]); // of 16 colours: [0.75, 0.25]
 */
export function colourShares({ capacityBytes, ways, pageBytes }: { readonly capacityBytes: number; readonly ways: number; readonly pageBytes: number }, classes: readonly number[]): number[] {
  const colours = Math.floor(capacityBytes / (ways * pageBytes));
  if (colours < 2) throw new InputError({ code: "bad-partition", message: `a page of ${pageBytes} bytes spans all sets of the cache, so it has no colours`, hint: `smaller pages than ${Math.floor(capacityBytes / ways / 2)} bytes have, or divide the cache by ways` });
  return shares(colours, classes, "colour");
}

function shares(all: number, classes: readonly number[], what: "way" | "colour"): number[] {
  const wrong = classes.find((count) => !Number.isInteger(count) || count < 1);
  if (wrong !== undefined) throw new InputError({ code: "bad-partition", message: `a class of the cache has ${wrong} ${what}s`, hint: "a whole number, at least 1, is wanted" });
  const sum = classes.reduce((a, b) => a + b, 0);
  if (sum > all) throw new InputError({ code: "bad-partition", message: `the classes of the cache have ${sum} ${what}s together, but it has ${all}`, hint: `at most ${all} ${what}s in all` });
  return classes.map((count) => count / all);
}
