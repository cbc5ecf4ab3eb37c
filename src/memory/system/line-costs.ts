/**
 * Time of a store to a cache line that `writers` other cores write as well, each with `gapNs` of other work between its
 * stores. The line is at one core at a time, and every store takes it along: with k others it comes back after k
 * transfers of it, or sooner where the others have other work. From the bounds of a closed queue with one server (the
 * line, for `transferNs`) and k + 1 customers:
 *
 *   time from store to store = max(gap + transfer, (k + 1) · transfer),   of which the store takes all but the gap.
 *
 * With nobody else the store stays in the core's own cache and costs `ownNs`. The bound is reached where the stores come
 * at even gaps; at random ones it is exceeded by less than one transfer.
 * @source Denning & Buzen, The Operational Analysis of Queueing Network Models, ACM Computing Surveys 10(3), 1978 (bounds);
 *   Drepper, What Every Programmer Should Know About Memory, 2007, section 6.4.1 (lines that bounce)
 * @example
 * sharedStoreNs(3, 50, 0, 1); // 200: three others come between
 */
export function sharedStoreNs(writers: number, transferNs: number, gapNs: number, ownNs = 0): number {
  if (writers <= 0) return ownNs;
  return Math.max(transferNs, (writers + 1) * transferNs - gapNs);
}

/** Which stores of a loop meet on lines. */
export interface FalseSharing {
  /** Share of the stores that go to lines which other threads write too. */
  readonly share: number;
  /** How many others write such a line, on average. */
  readonly writers: number;
}

/**
 * False sharing of a loop that stores one element an iteration, whose iterations are handed out in chunks of `chunk`, one
 * chunk after the other to another thread, over elements that begin at a line. Where chunks are lines or more, only
 * lines that two chunks meet on are shared; where they are less, each line is shared by all threads that have a chunk
 * on it. Padding elements to a line, or chunks that are multiples of one, cures it.
 * @param lineBytes of a cache line
 * @source Torrellas, Lam & Hennessy, False Sharing and Spatial Locality in Multiprocessor Caches, IEEE Transactions on
 *   Computers 43(6), 1994
 * @example
 * falseSharing({ elementBytes: 8, chunk: 1, threads: 4, lineBytes: 64 });  // { share: 1, writers: 3 }
 * falseSharing({ elementBytes: 8, chunk: 12, threads: 4, lineBytes: 64 }); // { share: 1 / 3, writers: 1 }
 */
export function falseSharing({ elementBytes, chunk, threads, lineBytes }: { readonly elementBytes: number; readonly chunk: number; readonly threads: number; readonly lineBytes: number }): FalseSharing {
  const bytes = chunk * elementBytes;
  if (threads < 2 || bytes % lineBytes === 0 || elementBytes >= lineBytes) return { share: 0, writers: 0 };
  // The pattern of chunks over lines repeats after lcm(chunk, line) bytes.
  const lines = bytes / gcd(bytes, lineBytes);
  let [shared, meetings] = [0, 0];
  for (let line = 0; line < lines; line++) {
    const first = Math.floor((line * lineBytes) / bytes);
    const last = Math.ceil(((line + 1) * lineBytes) / bytes) - 1;
    const on = Math.min(threads, last - first + 1);
    if (on > 1) {
      shared++;
      meetings += on - 1;
    }
  }
  return { share: shared / lines, writers: shared === 0 ? 0 : meetings / shared };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** What passing data between two processes takes. */
export interface MessageCost {
  readonly ns: number;
  /** Bytes that go through the memory system: loaded, stored, and lines that come before they are stored to. */
  readonly trafficBytes: number;
}

/**
 * Passing `bytes` through the kernel (pipe, socket): the sender's data are copied into a buffer of the kernel, and from it
 * to the receiver, each with a system call. A copy loads a byte and stores one, whose line is loaded first: 3 bytes of
 * traffic each, as far as caches do not hold them.
 * @param copyBytesPerNs of one copy, bytes copied
 * @source Stevens & Rago, UNIX Network Programming, volume 2: Interprocess Communications, 2nd ed., appendix A (pipes and
 *   message queues beside shared memory); Drepper, 2007, section 6.1 (loads before stores)
 * @example
 * copyMessage(65536, { callNs: 500, copyBytesPerNs: 8 }); // { ns: 17384, trafficBytes: 393216 }
 */
export function copyMessage(bytes: number, { callNs, copyBytesPerNs }: { readonly callNs: number; readonly copyBytesPerNs: number }): MessageCost {
  return { ns: 2 * (callNs + bytes / copyBytesPerNs), trafficBytes: 6 * bytes };
}

/**
 * Passing `bytes` in memory that both map: nothing is copied; the receiver's loads bring the lines from the sender's
 * cache, `outstanding` at once, and the word that says they are there comes first, by itself.
 * @source Drepper, What Every Programmer Should Know About Memory, 2007, section 6.4
 * @example
 * shareMessage(65536, { lineBytes: 64, transferNs: 50, outstanding: 10 }); // { ns: 5170, trafficBytes: 65600 }
 */
export function shareMessage(bytes: number, { lineBytes, transferNs, outstanding }: { readonly lineBytes: number; readonly transferNs: number; readonly outstanding: number }): MessageCost {
  const lines = Math.ceil(bytes / lineBytes);
  return { ns: transferNs + (lines * transferNs) / outstanding, trafficBytes: (lines + 1) * lineBytes };
}
