import { copyCandidate, type Candidate } from "./candidate.ts";
import type { Evaluated } from "./find-adversary.ts";

/**
 * Makes an instance easier to understand without making the target lose less: leaves out ops and edges, and rounds
 * durations, sizes, speeds and bandwidths, each where it does not matter. Passes are repeated until nothing changes.
 * @param mayGoOn asked before each evaluation
 */
export function simplify(from: Evaluated, evaluate: (candidate: Candidate) => Evaluated, mayGoOn: () => boolean): Evaluated {
  let best = from;
  for (let changed = true; changed; ) {
    changed = false;
    for (const simpler of simplifications(() => best.candidate)) {
      if (!mayGoOn()) return best;
      const evaluated = evaluate(simpler);
      if (evaluated.ratio < best.ratio) continue;
      best = evaluated;
      changed = true;
    }
  }
  return best;
}

/** Simpler neighbours of what `now` gives when each is asked for. Each makes smaller or rounder, so that the passes end. */
function* simplifications(now: () => Candidate): Generator<Candidate> {
  for (let op = now().ops - 1; op >= 0 && now().ops > 1; op--) yield withoutOp(now(), op);
  for (let edge = 0; edge < now().bytes.length; edge++) if (now().bytes[edge]! >= 0) yield changed(now(), "bytes", edge, -1);
  yield* rounded(now, "bytes", (bytes) => (bytes <= 0 ? [bytes] : [0, nearest(bytes, 10_000), nearest(bytes, 1000)]));
  yield* rounded(now, "work", (ns) => [nearest(ns, 10_000), nearest(ns, 1000)]);
  yield* rounded(now, "affinity", (factor) => (factor < Infinity ? [1, factor < 1 ? 1 / Math.round(1 / factor) : Math.round(factor), nearest(factor, 0.1)] : [factor]));
  yield* rounded(now, "speed", (speed) => [1, 1 / Math.max(1, Math.round(1 / speed)), nearest(speed, 0.1)]);
  yield* rounded(now, "bandwidth", (rate) => (rate === 0 ? [0] : [rate <= 1000 ? 1000 : nearest(rate, 1000), nearest(rate, 100), nearest(rate, 10)]));
}

type Column = "work" | "speed" | "affinity" | "bytes" | "bandwidth";

/** Rounder values of each entry, roundest first; once one has been taken, the less round ones are left alone. */
function* rounded(now: () => Candidate, column: Column, roundings: (value: number) => readonly number[]): Generator<Candidate> {
  for (let i = 0; i < now()[column].length; i++) {
    for (const value of roundings(now()[column][i]!)) {
      if (value === now()[column][i]) break;
      if (value > 0 || column === "bytes") yield changed(now(), column, i, value);
      if (value === now()[column][i]) break;
    }
  }
}

function nearest(value: number, step: number): number {
  return step < 1 ? Math.round(value / step) / Math.round(1 / step) : Math.round(value / step) * step;
}

function changed(candidate: Candidate, column: Column, i: number, value: number): Candidate {
  const next = copyCandidate(candidate);
  next[column][i] = value;
  return next;
}

function withoutOp(candidate: Candidate, gone: number): Candidate {
  const { ops, devices, work, affinity, bytes } = copyCandidate(candidate);
  const kept = Array.from({ length: ops }, (_, op) => op).filter((op) => op !== gone);
  return {
    ...candidate, ops: ops - 1,
    work: Float64Array.from(kept, (op) => work[op]!),
    affinity: Float64Array.from(kept.flatMap((op) => [...affinity.subarray(op * devices, (op + 1) * devices)])),
    bytes: Float64Array.from(kept.flatMap((from) => kept.map((to) => bytes[from * ops + to]!))),
  };
}
