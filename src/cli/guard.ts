import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { SimulationError } from "../base/errors.ts";
import type { Io } from "./command.ts";

/** What the guarded thread tells the guard. */
type Message = { readonly out: string } | { readonly err: string } | { readonly phase: string | undefined } | { readonly exit: number } | { readonly bug: string };

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

/** Tells the guard whose code runs now; undefined = Heddle's own, which is not timed. */
export function enterPhase(phase: string | undefined): void {
  if (isGuarded()) parentPort!.postMessage({ phase } satisfies Message);
}

/** Runs the command line of {@link runGuarded} in the watched thread. */
export async function runInGuardedThread(main: (args: readonly string[], io: Io) => Promise<number>): Promise<void> {
  const { args, interactive, colour } = workerData as GuardedData;
  const send = (message: Message): void => parentPort!.postMessage(message);
  try {
    send({ exit: await main(args, { out: (out) => send({ out }), err: (err) => send({ err }), interactive, colour }) });
  } catch (error) {
    send({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/**
 * Runs a command line that contains code of the user's (a policy from a file) in a thread of its own, and ends it when
 * that code makes no progress for `timeoutMs`: a policy that loops for ever cannot be stopped from inside its thread.
 * @throws {SimulationError} that names the policy, when it was ended.
 */
export function runGuarded(args: readonly string[], io: Io, timeoutMs: number): Promise<number> {
  const progress = new Int32Array(new SharedArrayBuffer(16));
  const data: GuardedData = { heddleGuarded: true, args, progress, interactive: io.interactive, colour: io.colour };
  const worker = new Worker(new URL("./guarded-thread.js", import.meta.url), { workerData: data });
  return new Promise((resolve, reject) => {
    let phase: string | undefined;
    let lastRound = -1;
    let quietMs = 0;
    const everyMs = Math.max(10, Math.min(250, timeoutMs / 4));
    const timer = setInterval(() => {
      const round = Atomics.load(progress, 1);
      quietMs = phase === undefined || round !== lastRound ? 0 : quietMs + everyMs;
      lastRound = round;
      if (quietMs < timeoutMs) return;
      finish(() => reject(new SimulationError({ code: "policy-timeout", message: `${phase} made no progress for ${timeoutMs / 1000} s and was ended`, hint: "does it loop for ever? A planner that needs longer: --policy-timeout 60s" })));
    }, everyMs);
    const finish = (settle: () => void): void => {
      clearInterval(timer);
      void worker.terminate().then(settle);
    };
    worker.on("message", (message: Message) => {
      if ("out" in message) io.out(message.out);
      else if ("err" in message) io.err(message.err);
      else if ("exit" in message) finish(() => resolve(message.exit));
      else if ("bug" in message) finish(() => reject(new Error(message.bug)));
      else {
        phase = message.phase;
        quietMs = 0;
      }
    });
    worker.on("error", (error) => finish(() => reject(error)));
    worker.on("exit", (code) => {
      clearInterval(timer);
      if (code !== 0) reject(new SimulationError({ code: "policy-error", message: `${phase ?? "the run"} ended the process (exit code ${code})` }));
    });
  });
}
