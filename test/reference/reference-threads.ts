/**
 * A second, naive simulator of threads, written from docs/decisions/thread-semantics.md and nothing of the engine: plain
 * objects, lists that are searched, every rate worked out anew at every instant. Programs are lists of actions.
 */
export type Action =
  | { readonly do: "compute" | "sleep"; readonly ticks: number }
  | { readonly do: "lock" | "unlock"; readonly lock: number }
  | { readonly do: "acquire" | "release" | "push" | "pop" | "barrier" | "yield" };

export interface ThreadWorld {
  readonly programs: readonly (readonly Action[])[];
  readonly cores: readonly { readonly physical: number; readonly speed: number }[];
  readonly smtGain: number;
  readonly locks: readonly { readonly design: "ticket" | "mcs" | "futex"; readonly fair: boolean }[];
  readonly seats: number;
  /** How long who pops from the empty queue spins before it parks; 0 = not at all, Infinity = for ever. */
  readonly queueSpin: number;
  readonly barrier: { readonly design: "central" | "tree" | "dissemination"; readonly fanIn: number; readonly spins: boolean };
  readonly costs: { readonly atomic: number; readonly line: number; readonly park: number; readonly wake: number; readonly wakeLatency: number; readonly switch: number; readonly migrate: number; readonly yield: number };
  /** Ticks of a slice; Infinity = threads keep their cores until they wait or end. */
  readonly quantum: number;
}

type Wait = { readonly kind: "lock"; readonly lock: number } | { readonly kind: "seat" } | { readonly kind: "item" } | { readonly kind: "barrier"; readonly since: number };

interface Thread {
  readonly id: number;
  readonly actions: readonly Action[];
  next: number;
  state: "unborn" | "runnable" | "running" | "blocked" | "ended";
  core: Core | undefined;
  lastCore: Core | undefined;
  /** Work at speed 1. */
  switching: number;
  synchronizing: number;
  computing: number;
  /** What is left of the time for which it spins, once everything is paid; NaN = that has not begun. */
  spinning: number;
  /** Its work goes on since then, at this rate. */
  since: number;
  rate: number;
  works: boolean;
  spins: boolean;
  parks: boolean;
  wait: Wait | undefined;
  /** What it waited for was given to it. */
  granted: boolean;
  /** When a timer makes it runnable; NaN = none runs. */
  timer: number;
  end: number;
}

interface Core {
  readonly id: number;
  readonly physical: number;
  readonly speed: number;
  thread: Thread | undefined;
  last: Thread | undefined;
  sliceEnd: number;
}

const up = (ticks: number): number => Math.max(0, Math.ceil(ticks - 1e-6));

/** Runs to the end; returns when each thread ended, or Infinity where it did not. */
export function referenceThreads(world: ThreadWorld): number[] {
  return new Threads(world).run();
}

class Threads {
  readonly #world: ThreadWorld;
  readonly #threads: Thread[];
  readonly #cores: Core[];
  readonly #owners: (Thread | undefined)[];
  readonly #lineAt: (Core | undefined)[];
  readonly #lines: Thread[][];
  readonly #seatLine: Thread[] = [];
  readonly #barrierLine: Thread[] = [];
  readonly #itemLine: Thread[] = [];
  #items = 0;
  readonly #runQueue: Thread[] = [];
  #seats: number;
  #counterFree = 0;
  #now = 0;
  #due: Thread[] = [];
  #news: { thread: Thread; rank: number }[] = [];
  #dirty = false;

  constructor(world: ThreadWorld) {
    this.#world = world;
    this.#seats = world.seats;
    this.#threads = world.programs.map((actions, id) => ({
      id, actions, next: 0, state: "unborn", core: undefined, lastCore: undefined, switching: 0, synchronizing: 0, computing: 0, spinning: NaN, since: 0, rate: 0,
      works: false, spins: false, parks: false, wait: undefined, granted: false, timer: 0, end: Infinity,
    }));
    this.#cores = world.cores.map((core, id) => ({ ...core, id, thread: undefined, last: undefined, sliceEnd: NaN }));
    this.#owners = world.locks.map(() => undefined);
    this.#lineAt = world.locks.map(() => undefined);
    this.#lines = world.locks.map(() => []);
  }

  run(): number[] {
    for (;;) {
      const times = [
        ...this.#threads.map((thread) => thread.timer).filter((at) => !Number.isNaN(at)),
        ...this.#threads.filter((thread) => thread.works).map((thread) => this.#endOf(thread)).filter((at) => at < Infinity),
        ...this.#cores.map((core) => core.sliceEnd).filter((at) => !Number.isNaN(at)),
      ];
      if (times.length === 0 || this.#threads.every((thread) => thread.state === "ended")) return this.#threads.map((thread) => thread.end);
      this.#now = Math.min(...times);
      this.#instant();
    }
  }

  /** One round. */
  #instant(): void {
    for (const thread of this.#threads) {
      if (thread.timer !== this.#now) continue;
      thread.timer = NaN;
      this.#becomeRunnable(thread, 0);
    }
    for (const thread of this.#threads) {
      if (!thread.works || this.#endOf(thread) !== this.#now) continue;
      const hasSpun = !Number.isNaN(thread.spinning);
      this.#stopWork(thread, true);
      if (hasSpun) {
        thread.spins = false;
        thread.parks = true;
        thread.synchronizing += this.#world.costs.park;
      }
      this.#goOn(thread);
    }
    const slices = this.#cores.filter((core) => core.sliceEnd === this.#now);
    this.#runDue();
    const nobodyWaits = this.#threads.every((thread) => thread.state !== "runnable");
    for (const core of slices) {
      const { thread } = core;
      if (thread === undefined || core.sliceEnd !== this.#now) continue;
      if (thread.works) this.#progress(thread, false);
      if (nobodyWaits || thread.switching > 1e-9) {
        core.sliceEnd = up(this.#now + thread.switching / core.speed + this.#world.quantum);
        continue;
      }
      this.#leave(thread, "runnable");
      this.#becomeRunnable(thread, 1);
    }
    while (this.#dirty) {
      this.#dirty = false;
      const news = [...this.#news].sort((a, b) => a.rank - b.rank || a.thread.id - b.thread.id).map(({ thread }) => thread);
      this.#news = [];
      this.#runQueue.push(...news);
      for (const thread of news) if (thread.lastCore !== undefined && thread.lastCore.thread === undefined) this.#give(thread.lastCore);
      for (const core of this.#cores) if (core.thread === undefined) this.#give(core);
      this.#runDue();
    }
    this.#setRates();
  }

  // ── work ──

  #owed(thread: Thread): number {
    return thread.switching + thread.synchronizing + thread.computing;
  }

  #endOf(thread: Thread): number {
    // Who spins pays first what it owes; then it spins for its time.
    const left = Number.isNaN(thread.spinning) ? this.#owed(thread) : thread.spinning;
    return thread.rate > 0 ? thread.since + up(left / thread.rate) : Infinity;
  }

  #goOn(thread: Thread): void {
    if (this.#owed(thread) > 0) this.#work(thread);
    // Who is set going before its turn has come goes to the end.
    else this.#due = [...this.#due.filter((other) => other !== thread), thread];
  }

  #work(thread: Thread): void {
    thread.works = true;
    thread.since = this.#now;
    thread.rate = 0;
  }

  /** Takes off what was done since the rate last changed. */
  #progress(thread: Thread, all: boolean): void {
    let done = all ? Infinity : (this.#now - thread.since) * thread.rate;
    for (const part of ["switching", "synchronizing", "computing"] as const) {
      const step = Math.min(done, thread[part]);
      thread[part] -= step;
      done -= step;
    }
    thread.spinning -= done;
    thread.since = this.#now;
  }

  #stopWork(thread: Thread, isDone: boolean): void {
    if (!thread.works) return;
    this.#progress(thread, isDone);
    thread.works = false;
    thread.spinning = NaN;
  }

  /** Everybody on a physical core gets an equal part of what it gets done. */
  #setRates(): void {
    for (const thread of this.#threads) {
      if (!thread.works) continue;
      const { physical, speed } = thread.core!;
      const beside = this.#cores.filter((core) => core.physical === physical);
      const busy = beside.filter((core) => core.thread?.works === true).length;
      const rate = beside.length === 1 ? speed : Math.min(1, this.#world.smtGain / busy) * speed;
      if (rate === thread.rate) continue;
      this.#progress(thread, false);
      thread.rate = rate;
    }
  }

  // ── cores ──

  #becomeRunnable(thread: Thread, rank: number): void {
    thread.state = "runnable";
    this.#news.push({ thread, rank });
    this.#dirty = true;
  }

  #give(core: Core): void {
    const thread = this.#runQueue.shift();
    if (thread === undefined) return;
    const { costs, quantum } = this.#world;
    thread.state = "running";
    thread.core = core;
    core.thread = thread;
    if (core.last !== thread) thread.switching = costs.switch + (thread.lastCore !== undefined && thread.lastCore !== core ? costs.migrate : 0);
    core.last = thread;
    thread.lastCore = core;
    core.sliceEnd = quantum < Infinity ? up(this.#now + thread.switching / core.speed + quantum) : NaN;
    this.#goOn(thread);
  }

  #leave(thread: Thread, state: Thread["state"]): void {
    this.#stopWork(thread, false);
    thread.switching = 0;
    thread.state = state;
    const core = thread.core!;
    core.thread = undefined;
    core.sliceEnd = NaN;
    thread.core = undefined;
    this.#dirty = true;
  }

  #runDue(): void {
    while (this.#due.length > 0) {
      const thread = this.#due.shift()!;
      if (thread.core !== undefined) this.#act(thread);
    }
  }

  /** Runs actions until one takes time. */
  #act(thread: Thread): void {
    if (thread.parks) {
      thread.parks = false;
      if (thread.wait !== undefined) {
        this.#leave(thread, "blocked");
        return;
      }
    }
    for (;;) {
      if (thread.wait !== undefined) {
        if (thread.wait.kind !== "item" || this.#items === 0) {
          this.#spin(thread);
          return;
        }
        // It has its core again, and finds what came meanwhile.
        this.#items--;
        this.#itemLine.splice(this.#itemLine.indexOf(thread), 1);
        thread.wait = undefined;
        thread.spins = false;
        thread.next++;
        continue;
      }
      const action = thread.actions[thread.next];
      if (action?.do === "compute") {
        thread.next++;
        thread.computing += action.ticks;
        if (this.#owed(thread) <= 0) continue;
        this.#work(thread);
        return;
      }
      if (thread.switching + thread.synchronizing > 0) {
        this.#work(thread);
        return;
      }
      if (action === undefined) {
        this.#leave(thread, "ended");
        thread.end = this.#now;
        return;
      }
      if (thread.granted) {
        thread.granted = false;
        thread.next++;
        continue;
      }
      switch (action.do) {
        case "sleep":
          thread.next++;
          if (up(action.ticks) === 0) continue;
          thread.timer = up(this.#now + action.ticks);
          this.#leave(thread, "blocked");
          return;
        case "yield":
          thread.next++;
          thread.synchronizing += this.#world.costs.yield;
          this.#leave(thread, "runnable");
          this.#becomeRunnable(thread, 1);
          return;
        case "lock":
          if (!this.#lock(thread, action.lock)) return;
          break;
        case "unlock":
          this.#unlock(thread, action.lock);
          break;
        case "acquire":
          if (!this.#acquire(thread)) return;
          break;
        case "release":
          this.#release(thread);
          break;
        case "push":
          this.#push(thread);
          break;
        case "pop":
          if (!this.#pop(thread)) return;
          break;
        case "barrier":
          if (!this.#arrive(thread)) return;
      }
      thread.next++;
    }
  }

  /** It stands in line, on its core or asleep. */
  #wait(thread: Thread, wait: Wait, line: Thread[], spins: boolean): false {
    thread.wait = wait;
    line.push(thread);
    thread.spins = spins;
    thread.parks = !spins;
    if (!spins) thread.synchronizing += this.#world.costs.park;
    if (spins) this.#spin(thread);
    else this.#goOn(thread);
    return false;
  }

  #spin(thread: Thread): void {
    if (this.#owed(thread) === 0) thread.spinning = thread.wait!.kind === "item" ? this.#world.queueSpin * thread.core!.speed : Infinity;
    this.#work(thread);
  }

  #resume(thread: Thread, line: Thread[], granted: boolean, delay: number): void {
    line.splice(line.indexOf(thread), 1);
    thread.wait = undefined;
    thread.granted = granted;
    if (thread.spins) {
      this.#stopWork(thread, false);
      thread.spins = false;
      thread.synchronizing = Math.max(thread.synchronizing, delay);
      if (thread.core !== undefined) this.#goOn(thread);
    } else if (thread.parks || thread.state !== "blocked") thread.parks = false;
    else {
      const wait = up(delay + this.#world.costs.wakeLatency);
      if (wait > 0) thread.timer = this.#now + wait;
      else this.#becomeRunnable(thread, 0);
    }
  }

  // ── what they wait for ──

  #lock(thread: Thread, lock: number): boolean {
    const { costs, locks } = this.#world;
    if (this.#owners[lock] === undefined) {
      thread.synchronizing += costs.atomic + (this.#lineAt[lock] !== undefined && this.#lineAt[lock] !== thread.core ? costs.line : 0);
      this.#owners[lock] = thread;
      return true;
    }
    thread.synchronizing += costs.atomic;
    return this.#wait(thread, { kind: "lock", lock }, this.#lines[lock]!, locks[lock]!.design !== "futex");
  }

  #unlock(thread: Thread, lock: number): void {
    const { costs } = this.#world;
    const { design, fair } = this.#world.locks[lock]!;
    const line = this.#lines[lock]!;
    this.#lineAt[lock] = thread.core;
    this.#owners[lock] = undefined;
    if (design !== "ticket") thread.synchronizing += costs.atomic;
    const next = line[0];
    if (next === undefined) return;
    if (design !== "futex") {
      const spinning = line.filter((other) => other.core !== undefined).length;
      this.#owners[lock] = next;
      this.#resume(next, line, true, design === "mcs" ? costs.line : (costs.line * (spinning + 1)) / 2);
      return;
    }
    const delay = next.parks ? 0 : costs.wake;
    thread.synchronizing += delay;
    if (fair) this.#owners[lock] = next;
    this.#resume(next, line, fair, delay);
  }

  #acquire(thread: Thread): boolean {
    thread.synchronizing += this.#world.costs.atomic;
    if (this.#seatLine.length > 0 || this.#seats === 0) return this.#wait(thread, { kind: "seat" }, this.#seatLine, false);
    this.#seats--;
    return true;
  }

  #release(thread: Thread): void {
    const { costs } = this.#world;
    thread.synchronizing += costs.atomic;
    this.#seats++;
    const next = this.#seatLine[0];
    if (next === undefined) return;
    this.#seats--;
    thread.synchronizing += costs.wake;
    this.#resume(next, this.#seatLine, true, costs.wake);
  }

  #pop(thread: Thread): boolean {
    thread.synchronizing += this.#world.costs.atomic;
    if (this.#items === 0) return this.#wait(thread, { kind: "item" }, this.#itemLine, this.#world.queueSpin > 0);
    this.#items--;
    return true;
  }

  #push(thread: Thread): void {
    const { costs } = this.#world;
    thread.synchronizing += costs.atomic;
    // Of those that spin, only one with a core sees the item; who sleeps can be woken.
    const next = this.#itemLine.find((other) => other.spins && other.core !== undefined) ?? this.#itemLine.find((other) => !other.spins);
    if (next === undefined) this.#items++;
    else if (next.spins) this.#resume(next, this.#itemLine, true, costs.line);
    else {
      thread.synchronizing += costs.wake;
      this.#resume(next, this.#itemLine, true, costs.wake);
    }
  }

  #arrive(last: Thread): boolean {
    const { costs, barrier } = this.#world;
    if (barrier.design === "central") {
      this.#counterFree = Math.max(this.#now, this.#counterFree) + costs.line;
      last.synchronizing += this.#counterFree - this.#now;
    } else last.synchronizing += costs.atomic;
    if (this.#barrierLine.length + 1 < this.#threads.length) return this.#wait(last, { kind: "barrier", since: this.#now }, this.#barrierLine, barrier.spins);
    const parties = [...this.#threads];
    const came = parties.map((thread) => (thread === last ? this.#now : (thread.wait as { since: number }).since));
    const leaves = this.#leaveTimes(parties, came, last);
    let woken = 0;
    parties.forEach((thread, i) => {
      if (thread === last) last.synchronizing = Math.max(last.synchronizing, leaves[i]! - this.#now);
      else if (barrier.spins) this.#resume(thread, this.#barrierLine, true, leaves[i]! - this.#now);
      else {
        last.synchronizing += costs.wake;
        this.#resume(thread, this.#barrierLine, true, leaves[i]! - this.#now + ++woken * costs.wake);
      }
    });
    return true;
  }

  #leaveTimes(parties: readonly Thread[], came: readonly number[], last: Thread): number[] {
    const { design, fanIn } = this.#world.barrier;
    const { line } = this.#world.costs;
    const n = parties.length;
    if (design === "central") {
      const others = parties.filter((thread) => thread !== last);
      return parties.map((thread) => this.#counterFree + (thread === last ? 0 : (others.indexOf(thread) + 1) * line));
    }
    if (design === "tree") {
      const root = (from: number, to: number, size: number): number => (size === 1 ? came[from]! : Math.max(...Array.from({ length: Math.ceil((to - from) / (size / fanIn)) }, (_, i) => root(from + (i * size) / fanIn, Math.min(to, from + ((i + 1) * size) / fanIn), size / fanIn))) + line);
      let size = 1;
      while (size < n) size *= fanIn;
      return parties.map(() => Math.max(this.#now, root(0, n, size) + (n > 1 ? line : 0)));
    }
    let rounds = 0;
    while (2 ** rounds < n) rounds++;
    const done = (party: number, round: number): number => (round === 0 ? came[party]! : Math.max(done(party, round - 1), done((party - 2 ** (round - 1) + n) % n, round - 1)) + line);
    return parties.map((_, party) => Math.max(this.#now, done(party, rounds)));
  }
}
