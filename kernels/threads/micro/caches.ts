import { streamArrays } from "../programs/stream-loop.ts";
import type { Micro } from "./micro.ts";

/** Of each array. Two arrays of 32 KiB are the least that the memory of a kernel can be. */
const sizes = [1 / 32, 1 / 8, 1 / 2, 2, 4, 8, 16];
/** Copied in one repetition, whatever the size. */
const totalMebibytes = 64;

/** How fast one thread, and two at once, copy arrays of sizes that the caches hold or do not: the levels show as steps. */
export const cacheMicros: readonly Micro[] = [1, 2].flatMap((threads) => sizes.map((mebibytes): Micro => ({
  name: `caches-${mebibytes}-${threads}`,
  items: [{ name: `cache.copy.${sizeText(streamArrays("copy") * mebibytes)}.n${threads}`, unit: "B/ns", what: `bytes that a copy reads and writes, again and again in ${sizeText(streamArrays("copy") * mebibytes)}, ${threads === 1 ? "one thread" : "two threads with a half each"}` }],
  program: "stream-loop", params: { kernel: "copy", mebibytes, passes: totalMebibytes / mebibytes, work: 0 }, threads, repeats: 5, warmUps: 1,
  samples: ({ makespanNs }) => [makespanNs.map((ns) => (streamArrays("copy") * totalMebibytes * 2 ** 20) / ns)],
})));

function sizeText(mebibytes: number): string {
  return mebibytes < 1 ? `${mebibytes * 1024}KiB` : `${mebibytes}MiB`;
}
