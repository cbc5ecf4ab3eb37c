export default {
  name: "thread-nonsense", summary: "names a thread that does not wait",
  create: () => ({ runnable() {}, next: () => 7 }),
};
