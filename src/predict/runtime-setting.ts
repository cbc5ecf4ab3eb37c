/** How a runtime uses threads, in ONNX Runtime's terms. */
export interface RuntimeSetting {
  /** "parallel": operators that do not depend on each other run side by side. */
  readonly executor: "sequential" | "parallel";
  /** Threads that share the work of an operator, the calling one included (`intra_op_num_threads`). */
  readonly intraThreads: number;
  /** Threads between operators, the calling one included (`inter_op_num_threads`); 1 in the sequential executor. */
  readonly interThreads: number;
}

/**
 * Operators that run side by side. The calling thread counts among those between operators, but only waits for the end of
 * the run: profiles of ONNX Runtime 1.30 show all operators on one thread with 2, and on two with 3.
 */
export function sideBySide({ executor, interThreads }: RuntimeSetting): number {
  return executor === "parallel" ? Math.max(1, interThreads - 1) : 1;
}

/** "sequential, 2 threads", "parallel, 2 × 1 threads". */
export function settingText({ executor, intraThreads, interThreads }: RuntimeSetting): string {
  const threads = intraThreads === 1 ? "thread" : "threads";
  return executor === "sequential" ? `sequential, ${intraThreads} ${threads}` : `parallel, ${interThreads} × ${intraThreads} ${interThreads * intraThreads === 1 ? "thread" : "threads"}`;
}

/**
 * The settings worth trying on a CPU: the sequential executor at every power of two of threads up to the cores, and the
 * parallel one with a thread between operators for each core, each operator at one thread and at all of them.
 */
export function settingsFor(cores: number): RuntimeSetting[] {
  const counts = new Set([1, cores]);
  for (let threads = 2; threads < cores; threads *= 2) counts.add(threads);
  const threads = [...counts].sort((a, b) => a - b);
  const sequential = threads.map((intraThreads): RuntimeSetting => ({ executor: "sequential", intraThreads, interThreads: 1 }));
  if (cores === 1) return sequential;
  return [...sequential, { executor: "parallel", intraThreads: 1, interThreads: cores }, { executor: "parallel", intraThreads: cores, interThreads: cores }];
}
