import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { SimulationError, thrownText } from "../base/errors.ts";
import type { Io } from "./command.ts";

/** What the guarded thread tells the guard. `stuck`: it has nothing left to do, and is not done. */
type Message = { readonly out: string } | { readonly err: string } | { readonly phase: string | undefined } | { readonly exit: number } | { readonly bug: string } | { readonly stuck: true };

interface GuardedData {
  readonly heddleGuarded: true;
  readonly args: readonly string[];
  readonly progress: Int32Array;
  readonly interactive: boolean;
  readonly colour: boolean;
}

/** True in the thread that a guard watches. */
export function isGuarded(): boolean {
  return !isMainThread && (workerData as Partial<GuardedData> | null)?.heddleGuarded === true;
}

/** Shared with the guard: the engine counts rounds there. Undefined where nobody watches. */
export function guardedProgress(): Int32Array | undefined {
  return isGuarded() ? (workerData as GuardedData).progress : undefined;
}

/** Tells the guard whose code runs now, as the subject of a sentence; undefined = Heddle's own, which is not timed. */
export function enterPhase(phase: string | undefined): void {
  if (isGuarded()) send({ phase });
}

function send(message: Message): void {
  parentPort!.postMessage(message);
}

/** Runs the command line of {@link runGuarded} in the watched thread. */
export async function runInGuardedThread(main: (args: readonly string[], io: Io) => Promise<number>): Promise<void> {
  const { args, interactive, colour } = workerData as GuardedData;
  // Standard output is for the result alone: what a policy prints goes to the side.
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = ((chunk: string | Uint8Array): boolean => {
      send({ err: typeof chunk === "string" ? chunk : Buffer.from(chunk).toString() });
      return true;
    }) as typeof stream.write;
  }
  process.once("beforeExit", () => send({ stuck: true }));
  try {
    send({ exit: await main(args, { out: (out) => send({ out }), err: (err) => send({ err }), interactive, colour }) });
  } catch (error) {
    send({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/**
 * Runs a command line that contains code of the user's (a policy from a file) in a thread of its own, and ends it when
 * that code makes no progress for `timeoutMs`: a policy that loops for ever cannot be stopped from inside its thread.
 * @throws {SimulationError} that names the policy, when it was ended, ended the thread, or took all memory.
 */
export function runGuarded(args: readonly string[], io: Io, timeoutMs: number): Promise<number> {
  const progress = new Int32Array(new SharedArrayBuffer(16));
  const data: GuardedData = { heddleGuarded: true, args, progress, interactive: io.interactive, colour: io.colour };
  const worker = new Worker(new URL("./guarded-thread.js", import.meta.url), { workerData: data });
  return new Promise((resolve, reject) => {
    let phase: string | undefined;
    let lastPhase = "the run";
    let stuck = false;
    let settled = false;
    const settle = (how: () => void): void => {
      if (settled) return;
      settled = true;
      clearInterval(timer);
      void worker.terminate().then(how);
    };
    const fail = (what: string, code = "policy-error", hint?: string): void =>
      settle(() => reject(new SimulationError({ code, message: `${phase ?? lastPhase} ${what}`, ...(hint !== undefined && { hint }) })));

    // Ticks are counted, not seconds: a machine that sleeps does not make a policy late.
    const everyMs = Math.max(10, Math.min(250, timeoutMs / 4));
    let lastRound = -1;
    let quietMs = 0;
    const timer = setInterval(() => {
      const round = Atomics.load(progress, 1);
      quietMs = phase === undefined || round !== lastRound ? 0 : quietMs + everyMs;
      lastRound = round;
      if (quietMs >= timeoutMs) fail(`made no progress for ${timeoutMs / 1000} s and was ended`, "policy-timeout", "does it loop for ever? A planner that needs longer: --policy-timeout 60s");
    }, everyMs);

    worker.on("message", (message: Message) => {
      if (settled) return;
      if ("out" in message) io.out(message.out);
      else if ("err" in message) io.err(message.err);
      else if ("exit" in message) settle(() => resolve(message.exit));
      else if ("bug" in message) settle(() => reject(Object.assign(new Error("in the guarded thread"), { stack: message.bug })));
      else if ("stuck" in message) stuck = true;
      else {
        phase = message.phase;
        lastPhase = phase ?? lastPhase;
        quietMs = 0;
      }
    });
    // Heddle's own code is awaited: what arrives here was thrown later, by a timer or a promise of the policy's, or is a lack of memory.
    worker.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") fail("ran out of memory", "out-of-memory", "does it allocate without end? More memory: NODE_OPTIONS=--max-old-space-size=8192");
      else fail(`failed outside its hooks: ${thrownText(error)}`);
    });
    worker.on("exit", () => fail(stuck ? "waits for something that never happens (an await that never ends)" : "ended the process", "policy-error", stuck ? undefined : "a policy must not call process.exit"));
  });
}
