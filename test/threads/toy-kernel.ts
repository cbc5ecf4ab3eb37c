import type { RunnableReason, ThreadPolicy, ThreadView } from "../../src/plugin.ts";

/** A thread of the toy: it runs and sleeps in turn, or runs one job a period. Times in ticks. */
export interface ToyThread {
  readonly start?: number;
  /** Run, sleep, run …; of a periodic thread what each of its jobs runs, without sleeping. A run of Infinity never ends. */
  readonly bursts: readonly number[];
  readonly priority?: number;
  readonly weight?: number;
  readonly affinity?: readonly number[];
  readonly period?: number;
  /** After each release; default the period. */
  readonly deadline?: number;
}

/** Who ran where, from when to when. */
export type ToyRow = readonly [thread: number, core: number, from: number, to: number];

export interface ToyRun {
  readonly rows: readonly ToyRow[];
  /** By thread: when it ended; NaN = it has not. */
  readonly ends: readonly number[];
  /** By thread: from each release of a job to its end. */
  readonly responses: readonly number[][];
  /** Ends of slices. */
  readonly decisions: number;
}

/** Called whenever an instant is over: what each thread has run so far, by thread, and the time. */
export type ToyWatch = (ran: readonly number[], now: number) => void;

/**
 * The least that can call a thread policy: threads that only run and sleep, on cores without any costs. Small enough to
 * be right by inspection; hooks come in the order that the policy's interface promises.
 */
export function runToy(policy: ThreadPolicy, threads: readonly ToyThread[], coreCount = 1, until = Infinity, options: { readonly speeds?: readonly number[]; readonly watch?: ToyWatch } = {}): ToyRun {
  const n = threads.length;
  let now = 0;
  const burst = new Int32Array(n);
  const left = threads.map(({ bursts }) => bursts[0]!);
  const ran = new Array<number>(n).fill(0);
  const last = new Int32Array(n).fill(-1);
  const since = new Array<number>(n).fill(NaN);
  const release = threads.map(({ start = 0 }) => start);
  const wakes = threads.map(({ start = 0 }) => start);
  const running = new Int32Array(coreCount).fill(-1);
  const sliceEnd = new Array<number>(coreCount).fill(Infinity);
  const waiting = new Set<number>();
  const isNew = new Array<boolean>(n).fill(true);
  const rows: ToyRow[] = [];
  const ends = new Array<number>(n).fill(NaN);
  const responses: number[][] = threads.map(() => []);
  let decisions = 0;
  let state = 12345;
  const view: ThreadView = {
    get nowTicks() {
      return now;
    },
    tickNs: 1,
    coreCount,
    threadCount: n,
    priority: (t) => threads[t]!.priority ?? 0,
    weight: (t) => threads[t]!.weight ?? 1024,
    mayRun: (t, c) => threads[t]!.affinity?.includes(c) ?? true,
    lastCore: (t) => last[t]!,
    running: (c) => running[c]!,
    ranTicks: (t) => ran[t]!,
    sinceTicks: (t) => since[t]!,
    periodTicks: (t) => threads[t]!.period ?? Infinity,
    deadlineTicks: (t) => release[t]! + (threads[t]!.deadline ?? threads[t]!.period ?? Infinity),
    speed: (c) => options.speeds?.[c] ?? 1,
    random: () => ((state = (state * 1103515245 + 12345) % 2147483648) / 2147483648),
  };
  const stop = (core: number, why: RunnableReason | "blocked"): number => {
    const thread = running[core]!;
    running[core] = -1;
    sliceEnd[core] = Infinity;
    if (now > since[thread]!) rows.push([thread, core, since[thread]!, now]);
    const spent = now - since[thread]!;
    since[thread] = NaN;
    policy.stopped?.(view, thread, core, spent, why);
    return thread;
  };
  const begin = (core: number): boolean => {
    const thread = policy.next(view, core);
    if (thread < 0) return false;
    if (!view.mayRun(thread, core)) throw new Error(`thread ${thread} may not run on core ${core}`);
    if (running.includes(thread)) throw new Error(`thread ${thread} runs already`);
    waiting.delete(thread);
    running[core] = thread;
    last[thread] = core;
    since[thread] = now;
    const slice = policy.slice?.(view, thread, core) ?? Infinity;
    if (!(slice > 0)) throw new Error(`a slice of ${slice}`);
    sliceEnd[core] = now + slice;
    return true;
  };
  const runnable = (thread: number, why: RunnableReason): void => {
    waiting.add(thread);
    policy.runnable(view, thread, why);
  };
  policy.prepare?.(view);
  while (true) {
    const news: [number, RunnableReason][] = [];
    for (let core = 0; core < coreCount; core++) {
      const thread = running[core]!;
      if (thread < 0) continue;
      if (left[thread]! <= 0) {
        stop(core, "blocked");
        const { bursts, period } = threads[thread]!;
        if (period !== undefined) {
          responses[thread]!.push(now - release[thread]!);
          release[thread]! += period;
          left[thread] = bursts[0]!;
          wakes[thread] = Math.max(now, release[thread]!);
        } else {
          burst[thread]! += 2;
          if (burst[thread]! < bursts.length) {
            left[thread] = bursts[burst[thread]!]!;
            wakes[thread] = now + bursts[burst[thread]! - 1]!;
          } else ends[thread] = now;
        }
      }
    }
    const anyWaits = waiting.size > 0 || wakes.includes(now);
    for (let core = 0; core < coreCount; core++) {
      if (running[core]! < 0 || now < sliceEnd[core]!) continue;
      decisions++;
      if (anyWaits) news.push([stop(core, "slice"), "slice"]);
      else sliceEnd[core] = now + policy.slice!(view, running[core]!, core);
    }
    for (let t = 0; t < n; t++) {
      if (wakes[t] !== now) continue;
      wakes[t] = Infinity;
      news.push([t, isNew[t] ? "new" : "woken"]);
      isNew[t] = false;
    }
    // Who came on his own stands in line before those whose slice is over.
    news.sort((a, b) => Number(a[1] === "slice") - Number(b[1] === "slice") || a[0] - b[0]);
    for (const [thread, why] of news) runnable(thread, why);
    // The cores where they ran last are asked first, so that nobody moves without need.
    for (const [thread] of news) if (last[thread]! >= 0 && running[last[thread]!]! < 0) begin(last[thread]!);
    for (let changed = true; changed; ) {
      changed = false;
      for (let core = 0; core < coreCount; core++) if (running[core]! < 0) begin(core);
      for (let core = policy.preempt?.(view) ?? -1; core >= 0; core = policy.preempt!(view)) {
        const loser = stop(core, "preempted");
        runnable(loser, "preempted");
        if (!begin(core) || running[core] === loser) throw new Error(`the core ${core} was taken from thread ${loser} for nothing`);
        changed = true;
      }
    }
    options.watch?.(ran, now);
    let next = Infinity;
    for (let core = 0; core < coreCount; core++) if (running[core]! >= 0) next = Math.min(next, now + left[running[core]!]!, sliceEnd[core]!);
    for (const wake of wakes) if (wake > now) next = Math.min(next, wake);
    if (next === Infinity || next > until) next = until;
    if (next === Infinity) break;
    for (const thread of running) {
      if (thread < 0) continue;
      left[thread]! -= next - now;
      ran[thread]! += next - now;
    }
    now = next;
    if (now >= until) {
      for (let core = 0; core < coreCount; core++) if (running[core]! >= 0) rows.push([running[core]!, core, since[running[core]!]!, now]);
      break;
    }
  }
  return { rows, ends, responses, decisions };
}

/** Rows as text, those that go on merged: "0:0-4 1:4-7". One core. */
export function gantt({ rows }: ToyRun): string {
  const merged: [number, number, number][] = [];
  for (const [thread, , from, to] of rows) {
    const before = merged.at(-1);
    if (before !== undefined && before[0] === thread && before[2] === from) before[2] = to;
    else merged.push([thread, from, to]);
  }
  return merged.map(([thread, from, to]) => `${thread}:${from}-${to}`).join(" ");
}
