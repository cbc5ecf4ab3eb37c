const waiting = [];
export default {
  name: "thread-slice", summary: "slices of no length",
  create: () => ({ runnable: (_, thread) => void waiting.push(thread), next: () => waiting.shift() ?? -1, slice: () => 0 }),
};
