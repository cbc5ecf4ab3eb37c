/** How a runtime uses threads, in ONNX Runtime's terms. */
export interface RuntimeSetting {
  /** "parallel": operators that do not depend on each other run side by side. */
  readonly executor: "sequential" | "parallel";
  /** Threads that share the work of an operator, the calling one included (`intra_op_num_threads`). */
  readonly intraThreads: number;
  /** Operators that run side by side (`inter_op_num_threads`); 1 in the sequential executor. */
  readonly interThreads: number;
}

/** "sequential, 2 threads", "parallel, 2 × 1 threads". */
export function settingText({ executor, intraThreads, interThreads }: RuntimeSetting): string {
  const threads = intraThreads === 1 ? "thread" : "threads";
  return executor === "sequential" ? `sequential, ${intraThreads} ${threads}` : `parallel, ${interThreads} × ${intraThreads} ${interThreads * intraThreads === 1 ? "thread" : "threads"}`;
}

/**
 * The settings worth trying on a CPU: the sequential executor at every power of two of threads up to the cores, and the
 * parallel one with as many operators side by side as there are cores, each at one thread and at all of them.
 */
export function settingsFor(cores: number): RuntimeSetting[] {
  const counts = new Set([1, cores]);
  for (let threads = 2; threads < cores; threads *= 2) counts.add(threads);
  const threads = [...counts].sort((a, b) => a - b);
  const sequential = threads.map((intraThreads): RuntimeSetting => ({ executor: "sequential", intraThreads, interThreads: 1 }));
  if (cores === 1) return sequential;
  return [...sequential, { executor: "parallel", intraThreads: 1, interThreads: cores }, { executor: "parallel", intraThreads: cores, interThreads: cores }];
}
