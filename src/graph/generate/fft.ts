import { InputError } from "../../base/errors.ts";
import type { OperatorGraph } from "../graph.ts";
import { start, type EdgeOptions } from "./task-graph.ts";

/**
 * The recursive fast Fourier transform of `points` numbers (a power of two): a binary tree of calls that split the input,
 * then log₂ `points` rounds of butterflies, each of which reads two results of the round before. Every path from the
 * first task to a last one is equally long.
 *
 * With m = `points`: 2m - 1 calls and m log₂ m butterflies, 2m - 2 + 2m log₂ m edges, 2 log₂ m + 1 tasks on each path.
 * @throws {InputError} when the number of points is no power of two.
 * @source Topcuoglu, Hariri & Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
 * computing" (2002), section 5.3
 */
export function fft({ points, edgeBytes = 0 }: { points: number } & EdgeOptions): OperatorGraph {
  if (!(Number.isInteger(Math.log2(points)) && points >= 1)) throw new InputError({ code: "bad-points", message: `${points} points are no power of two`, hint: "1, 2, 4, 8 …" });
  const { builder, task } = start("fft");
  for (let call = 0; call < 2 * points - 1; call++) {
    builder.opOfClass(task, `call(${call})`);
    if (call > 0) builder.edge((call - 1) >> 1, call, edgeBytes);
  }
  let before = points - 1;
  for (let distance = 1, round = 0; distance < points; distance *= 2, round++) {
    const first = builder.opCount;
    for (let i = 0; i < points; i++) {
      const butterfly = builder.opOfClass(task, `butterfly(${round},${i})`);
      builder.edge(before + i, butterfly, edgeBytes);
      builder.edge(before + (i ^ distance), butterfly, edgeBytes);
    }
    before = first;
  }
  return builder.build();
}
