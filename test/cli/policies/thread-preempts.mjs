export default {
  name: "thread-preempts", summary: "takes cores away without end",
  create() {
    const waiting = [];
    return { runnable: (_, thread) => void waiting.push(thread), next: () => waiting.shift() ?? -1, preempt: () => 0 };
  },
};
