import { compile } from "../../src/core/compile.ts";
import { simulate } from "../../src/core/simulate.ts";
import type { Trace } from "../../src/core/trace.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { processorMachine } from "../../src/machine/processors.ts";
import type { PolicyView, Scheduler } from "../../src/plugin.ts";
import { verifyTrace } from "../../src/trace/verify.ts";

/** Ops of several kinds on processors P1, P2 …: `costs` by kind. Links of `edges` carry nothing. */
export interface KindGraph {
  readonly kinds: readonly string[];
  readonly costs: Readonly<Record<string, readonly number[]>>;
  readonly edges?: readonly (readonly [from: number, to: number])[];
}

/** Runs ops T1, T2 … of the given kinds and checks the trace. */
export function runKinds({ kinds, costs, edges = [] }: KindGraph, scheduler: Scheduler): Trace {
  const rows = kinds.map((kind) => costs[kind]!);
  const deviceCount = rows[0]!.length;
  const builder = new GraphBuilder("kinds");
  kinds.forEach((kind, op) => builder.op({ kind }, `T${op + 1}`));
  for (const [from, to] of edges) builder.edge(from, to, 0);
  const machine = processorMachine(Array.from({ length: deviceCount }, (_, d) => `P${d + 1}`), {});
  const trace = simulate({ instance: compile({ graph: builder.build(), machine, costs: { deviceCount, ns: Float64Array.from(rows.flat()) } }), scheduler });
  const problems = verifyTrace(trace);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
  return trace;
}

/** Edges of a chain of `length` ops. */
export function chain(length: number): [from: number, to: number][] {
  return Array.from({ length: length - 1 }, (_, i) => [i, i + 1]);
}

/** The scheduler, which sees `lies` where they differ from the truth. */
export function misled(scheduler: Scheduler, lies: Partial<PolicyView>): Scheduler {
  const seen = new WeakMap<object, object>();
  const lie = <V extends PolicyView>(view: V): V => {
    if (!seen.has(view)) {
      seen.set(view, new Proxy(view, {
        get(target, key) {
          if (key in lies) return Reflect.get(lies, key);
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === "function" ? (value as () => unknown).bind(target) : value;
        },
      }));
    }
    return seen.get(view) as V;
  };
  return {
    ...(scheduler.queueOrder && { queueOrder: scheduler.queueOrder }),
    prepare: (view, out) => scheduler.prepare?.(lie(view), out),
    ready: (view, op) => scheduler.ready?.(lie(view), op),
    completed: (view, op, actualTicks) => scheduler.completed?.(lie(view), op, actualTicks),
    dispatch: (view, out) => scheduler.dispatch(lie(view), out),
  };
}
