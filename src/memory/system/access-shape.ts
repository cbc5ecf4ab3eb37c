import { hitFraction, missed } from "./hit-fraction.ts";
import { matmulTraffic, type BlockedMatmul } from "./matmul-traffic.ts";
import type { MemoryAccess } from "./memory-spec.ts";

/**
 * What a {@link MemoryAccess} comes to in lines and pages. Bytes that the registers take are bytes of the first cache; from
 * there on whole lines move. A stream with gaps brings lines of which it uses a part, and a random load one for itself.
 */
export class AccessShape {
  readonly bytes: number;
  /** Bytes of the lines that are touched, as often as they are. */
  readonly lines: number;
  /** Bytes of distinct lines. */
  readonly set: number;
  /** Bytes of addresses between the first and the last. */
  readonly span: number;
  readonly touches: number;
  /** Each load needs the one before. */
  readonly dependent: boolean;
  /** Loads that nobody can foresee: their latencies count. */
  readonly random: boolean;
  /** A part of the set in a cache is worth something. Of a stream, only the whole is. */
  readonly partial: boolean;
  readonly cacheClass: number;
  /** Bytes that move past the first cache for each that is missed: a line that is stored to is loaded first, and goes back later. */
  readonly moves: number;
  readonly writeShare: number;
  readonly home: number;
  readonly #skew: number;
  readonly #matmul: BlockedMatmul | undefined;
  readonly #stride: number;

  constructor(access: MemoryAccess, lineBytes: number) {
    const { bytes, workingSetBytes, pattern, accessBytes = 8, strideBytes = accessBytes } = access;
    this.random = pattern === "random" || pattern === "chase";
    this.dependent = pattern === "chase";
    this.#matmul = pattern === "blocked" ? access.matmul : undefined;
    this.partial = pattern !== "stream";
    const spread = this.random || this.#matmul ? 1 : Math.max(1, strideBytes / accessBytes);
    this.bytes = bytes;
    this.touches = bytes / accessBytes;
    this.lines = this.random ? this.touches * lineBytes : bytes * Math.min(spread, Math.max(1, lineBytes / accessBytes));
    this.set = this.#matmul ? 3 * this.#matmul.size ** 2 * this.#matmul.elementBytes : workingSetBytes * (this.random ? 1 : Math.min(spread, Math.max(1, lineBytes / accessBytes)));
    this.span = this.#matmul ? this.set : workingSetBytes * spread;
    this.#stride = strideBytes;
    this.#skew = access.skew ?? 0;
    this.writeShare = access.writeShare;
    this.moves = 1 + access.writeShare;
    this.cacheClass = access.cacheClass ?? 0;
    this.home = access.home;
  }

  /** Bytes of lines that caches of `capacity` in all do not serve, of a share `scale` of the activity, when `cold` bytes of the set are in none of them. */
  missedLines(scale: number, cold: number, capacity: number): number {
    if (this.#matmul) return Math.min(this.lines, matmulTraffic(this.#matmul, capacity)) * scale;
    return missed(this.random ? "random" : "stream", this.lines * scale, this.set, cold, capacity, this.#skew);
  }

  /** Touches of pages: of each load where they are random, else each time that a stream comes to another page. */
  pageTouches(scale: number, page: number): number {
    if (this.#matmul) return (Math.min(this.lines, matmulTraffic(this.#matmul, 0)) * scale) / page;
    return this.touches * scale * (this.random ? 1 : Math.min(1, this.#stride / page));
  }

  /** Page touches that a place for `reach` bytes of pages does not serve, when a share `cold` of the pages is not there yet. */
  missedPages(scale: number, cold: number, reach: number, page: number): number {
    if (this.#matmul) return (Math.min(this.lines, matmulTraffic(this.#matmul, reach)) * scale) / page;
    return missed(this.random ? "random" : "stream", this.pageTouches(scale, page), this.span / page, (cold * this.span) / page, reach / page, this.#skew);
  }

  /** Page touches that find their page swapped out, when a share `away` of the pages is. */
  swappedPages(scale: number, away: number, page: number): number {
    if (away <= 0) return 0;
    return this.pageTouches(scale, page) * (this.random ? 1 - hitFraction("random", 1 - away, 1, this.#skew) : away);
  }
}
