export default {
  name: "thread-loops", summary: "never answers",
  create: () => ({
    runnable() {},
    next() {
      for (;;);
    },
  }),
};
